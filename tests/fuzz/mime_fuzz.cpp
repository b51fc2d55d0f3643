// Any bytes as a message: limits hold, nothing is thrown, the same input gives the same answer.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/require.hpp"
#include "mime/message.hpp"

using ruagate::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ruagate;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  mime::Limits limits;
  limits.max_message_bytes = 1U << 20;
  limits.max_header_bytes = 2048;
  limits.max_depth = 8;
  limits.max_parts = 50;

  mime::looks_like_message(bytes);
  const auto words = mime::decode_encoded_words(bytes);
  require(words.size() <= 4 * size + 16, "decoded words are no longer than their bytes can make them");

  const auto message = mime::parse_message(bytes, limits);
  if (!message) {
    const auto code = message.error().code;
    require(code == "message_too_large" || code == "mime_too_deep" || code == "mime_too_many_parts", "documented code");
    return 0;
  }
  require(!message->parts.empty(), "a message has at least one leaf");
  require(message->parts.size() <= limits.max_parts, "max_parts");
  std::size_t header_bytes = 0;
  for (const auto& field : message->headers) header_bytes += field.name.size() + field.value.size();
  require(header_bytes <= limits.max_header_bytes, "max_header_bytes");
  std::size_t content = 0;
  for (const auto& part : message->parts) {
    content += part.content.size();
    require(part.media_type.find('/') != std::string::npos, "a media type has two halves");
    std::size_t levels = 1;
    for (const char c : part.path) levels += c == '.' ? 1U : 0U;
    require(levels <= limits.max_depth + 2, "max_depth");
  }
  // A leaf may be handed on as text and once more as the payload found in it.
  require(content <= 2 * size + 16, "contents are not made larger");
  for (std::size_t i = 1; i < message->tolerances.size(); ++i) {
    require(message->tolerances[i - 1] < message->tolerances[i], "tolerances are sorted, each once");
  }
  message->subject();
  message->date();

  const auto again = mime::parse_message(bytes, limits);
  require(again && again->parts.size() == message->parts.size(), "same input, same answer");
  return 0;
}
