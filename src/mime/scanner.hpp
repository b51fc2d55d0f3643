#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "mime/header.hpp"
#include "mime/lines.hpp"
#include "mime/message.hpp"
#include "mime/tolerances.hpp"

namespace ruagate::mime {

/// Walks the entities of one message (RFC 2046 section 5) without recursion. Two nested things are kept as explicit
/// stacks: enclosing multiparts and messages (Frame), and texts that had to be decoded before they could be walked
/// (Source). Every byte is looked at a bounded number of times.
class Scanner {
 public:
  Scanner(const Limits& limits, Message& message) : limits_(limits), message_(message) {}
  /// Fills the message; errors as for parse_message().
  Result<void> scan(std::string_view bytes);

 private:
  /// An enclosing multipart or message/rfc822.
  struct Frame {
    std::string delimiter;  ///< "--" and the boundary; empty for a message/rfc822.
    std::string path;
    std::string report_type;
    std::size_t children = 0;
    bool closed = false;    ///< The final delimiter was seen.
    bool digest = false;    ///< Children are messages by default (RFC 2046 5.1.5).
    bool for_text = false;  ///< multipart/alternative or related, which are no place for an attachment.
  };

  /// A text under way: the message itself or a decoded message/rfc822.
  struct Source {
    std::string owned;  ///< Empty for the outermost, whose bytes belong to the caller.
    Lines lines{{}};
    std::size_t at = 0;
    std::vector<Frame> frames;
    std::size_t depth_above = 0;  ///< Frames of the sources that enclose this one.
    // The entity to read next, if `entity`.
    bool entity = true;
    bool in_message = true;  ///< The entity is the top of a message: mbox line and blank lines may come first.
    bool outermost = false;
    std::string path;
    std::string report_type;
    bool digest = false;
  };

  /// A delimiter line, or the end of the text (no frame).
  struct Delimiter {
    std::optional<std::size_t> frame;
    bool closes = false;
    std::size_t begin = 0;     ///< Of the line.
    std::size_t body_end = 0;  ///< Without the line end before it, which belongs to the delimiter.
    std::size_t next = 0;
  };

  struct EntityHeader {
    std::array<std::string, 4> values;  ///< By FieldKind.
    std::string& value(FieldKind kind) { return values[static_cast<std::size_t>(kind)]; }
  };

  Result<void> read_entity();
  Result<void> read_multipart(ContentType type, TransferEncoding encoding);
  Result<void> check_layers(std::string_view path) const;
  Result<bool> read_encoded_multipart(const Frame& frame, TransferEncoding encoding, const Delimiter& end);
  Result<void> read_message(const ContentType& type, TransferEncoding encoding, std::string file_name);
  Result<void> read_leaf(ContentType type, TransferEncoding encoding, std::string file_name, std::string_view body);
  Result<void> enter(Frame frame);
  Result<void> emit(Part part);
  Result<void> emit_embedded(const Part& part);
  void note_place(const Part& part);
  void follow(const Delimiter& delimiter);

  void skip_envelope(Source& source);
  EntityHeader read_header(Source& source);
  std::optional<Delimiter> match(Source& source, std::size_t line_begin);
  Delimiter find_delimiter(Source& source, std::size_t from);
  std::string guessed_delimiter(Source& source, std::size_t from, std::size_t end);
  std::string decoded(TransferEncoding encoding, std::string_view body, std::string& file_name);
  std::string leaf_path(const Source& source) const;

  const Limits& limits_;
  Message& message_;
  Tolerances tolerances_;
  std::deque<Source> sources_;  // A deque: the texts must not move.
};

}  // namespace ruagate::mime
