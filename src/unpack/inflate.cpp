#include "unpack/inflate.hpp"

#include <zlib.h>
#ifdef RUAGATE_LIBDEFLATE
#include <libdeflate.h>
#endif

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "unpack/unpack.hpp"

namespace ruagate::unpack {
namespace {

constexpr std::size_t kRatioFrom = 16U << 20;  // Small documents may be as repetitive as they like.
constexpr std::size_t kStep = 1U << 20;
constexpr std::size_t kShown = 120;  // Bytes of an unreadable document that an error quotes.

/// zlib's state, released when it goes out of scope.
class Inflater {
 public:
  Inflater() {
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream* operator->() { return &stream_; }
  z_stream* get() { return &stream_; }

 private:
  z_stream stream_{};
};

uInt piece(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max() / 2));
}

/// The size that the last four bytes of a stream tell; not to be relied on.
std::size_t size_hint(std::string_view stream) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4 && i < stream.size(); ++i) {
    size = size * 256 + static_cast<unsigned char>(stream[stream.size() - 1 - i]);
  }
  // Bytes behind the stream make it nonsense; then a usual ratio is the better guess.
  return size / 100 > stream.size() ? stream.size() * 8 : size;
}

/// The file name in a gzip header (RFC 1952 2.3.1), if one is there.
std::string header_name(std::string_view stream) {
  constexpr unsigned kExtra = 4;
  constexpr unsigned kName = 8;
  if (stream.size() < 10) return {};
  const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(stream[at])); };
  const unsigned flags = byte(3);
  if ((flags & kName) == 0) return {};
  std::size_t at = 10;
  if ((flags & kExtra) != 0) {
    if (stream.size() < 12) return {};
    at = 12 + byte(10) + byte(11) * 256;
  }
  if (at >= stream.size()) return {};
  const std::string_view rest = stream.substr(at, 1000);
  return std::string(rest.substr(0, rest.find('\0')));
}

#ifdef RUAGATE_LIBDEFLATE
constexpr std::size_t kAtOnce = 1U << 20;

/// A stream of one member that is as long as its end tells, and not long, into `out`: what nearly every report is, in
/// half the time that zlib takes. False for all others and for whatever is wrong with it; zlib then says what.
bool inflate_at_once(std::string_view stream, const Gauge& gauge, std::string& out) {
  constexpr char kHeaderChecksum = 2;  // Which zlib verifies.
  const std::size_t size = size_hint(stream);
  if (stream.size() < 18 || (stream[3] & kHeaderChecksum) != 0) return false;
  if (size == 0 || size > kAtOnce || !gauge.allows(size, stream.size())) return false;
  struct Free {
    void operator()(libdeflate_decompressor* state) const { libdeflate_free_decompressor(state); }
  };
  static thread_local const std::unique_ptr<libdeflate_decompressor, Free> state(libdeflate_alloc_decompressor());
  if (state == nullptr) return false;
  out.resize(size);
  std::size_t consumed = 0;
  std::size_t produced = 0;
  const auto result = libdeflate_gzip_decompress_ex(state.get(), stream.data(), stream.size(), out.data(), out.size(),
                                                    &consumed, &produced);
  if (result == LIBDEFLATE_SUCCESS && consumed == stream.size() && produced == size) return true;
  out.clear();
  return false;
}
#else
bool inflate_at_once(std::string_view /*stream*/, const Gauge& /*gauge*/, std::string& /*out*/) {
  return false;
}
#endif

}  // namespace

std::size_t Gauge::most() const {
  return std::min(at_start_.document_bytes, at_start_.total_bytes);
}

bool Gauge::allows(std::size_t produced, std::size_t consumed) const {
  if (produced > most()) return false;
  return produced <= kRatioFrom || produced / at_start_.max_ratio <= consumed;
}

Error Gauge::error(std::size_t produced, std::size_t consumed, std::string_view too_large_code) const {
  if (produced > most()) {
    if (at_start_.total_bytes < at_start_.document_bytes) {
      return {ErrorKind::too_large, "document_too_large",
              format("all documents of the message together are larger than allowed; {} bytes were left for this one",
                     at_start_.total_bytes)};
    }
    return {ErrorKind::too_large, too_large_code,
            format("the document is larger than {} bytes", at_start_.document_bytes)};
  }
  return {ErrorKind::too_large, "ratio_too_high",
          format("{} bytes out of {} compressed ones, a ratio above {}", produced, consumed, at_start_.max_ratio)};
}

void grow(std::string& out, std::size_t size, std::size_t hint, std::size_t most) {
  // One byte more than allowed is room enough to see that the limit is passed.
  const std::size_t ceiling = most + 1;
  std::size_t wanted = size == 0 ? std::max<std::size_t>(hint, 256) : std::max<std::size_t>(size * 2, 4096);
  if (wanted > kStep) {
    // Address space is free, pages are not: reserve once, fill step by step, copy never.
    if (size + kStep > out.capacity()) {
      out.reserve(size < 16 * kStep ? std::min(std::max(size * 2 + kStep, hint), ceiling) : ceiling);
    }
    wanted = size + kStep;
  }
  out.resize(std::max(std::min(wanted, ceiling), size));
}

Result<Inflated> inflate_gzip(std::string_view stream, Allowance& allowance) {
  Gauge gauge(allowance);
  Inflated result;
  result.name = header_name(stream);
  std::string& out = result.bytes;
  if (inflate_at_once(stream, gauge, out)) {
    static_cast<void>(gauge.takes(out.size(), stream.size()));  // Asked before.
    result.members = 1;
    result.consumed = stream.size();
    return result;
  }
  std::size_t produced = 0;
  std::size_t at = 0;
  Inflater inflater;

  const auto seen = [&] {
    out.resize(produced);
    return produced == 0 ? std::string("nothing of it could be read")
                         : format("{} bytes could be read, beginning \"{}\"", produced,
                                  printable(std::string_view(out).substr(0, kShown), kShown));
  };
  for (;;) {
    int status = Z_OK;
    while (status == Z_OK) {
      if (produced == out.size()) grow(out, produced, size_hint(stream) + 1, gauge.most());
      // zlib's interface predates const; it does not write to its input.
      inflater->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(stream.data() + at));
      inflater->avail_in = piece(stream.size() - at);
      inflater->next_out = reinterpret_cast<Bytef*>(out.data() + produced);
      inflater->avail_out = piece(out.size() - produced);
      const uInt in_before = inflater->avail_in;
      const uInt out_before = inflater->avail_out;
      status = inflate(inflater.get(), Z_NO_FLUSH);
      at += in_before - inflater->avail_in;
      produced += out_before - inflater->avail_out;
      if (!gauge.takes(produced, at)) {
        return tl::unexpected<Error>(gauge.error(produced, at, "document_too_large"));
      }
      // No progress although there is room: the input is at its end.
      if (status == Z_BUF_ERROR && inflater->avail_out == 0) status = Z_OK;
    }
    if (status == Z_STREAM_END) {
      ++result.members;
      result.consumed = at;
      if (at == stream.size()) break;
      // A further member, or something a relay added. zlib tells which from the header alone.
      if (!stream.substr(at).starts_with("\x1f\x8b\x08")) {
        result.trailing_bytes = true;
        break;
      }
      inflateReset(inflater.get());
      continue;
    }
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    const std::string member = result.members == 0 ? "" : format("member {}: ", result.members + 1);
    if (status == Z_BUF_ERROR || (status == Z_OK && at == stream.size())) {
      return fail(ErrorKind::malformed, "gzip_truncated",
                  format("{}the gzip stream ends after {} bytes without its end; {}", member, stream.size(), seen()));
    }
    return fail(ErrorKind::malformed, "gzip_corrupt",
                format("{}the gzip stream is damaged before byte {} ({}); {}", member, at,
                       inflater->msg == nullptr ? "unknown" : inflater->msg, seen()));
  }
  out.resize(produced);
  return result;
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzipHeader = 16;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzipHeader, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  std::string out;
  out.resize(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  std::size_t at = 0;
  std::size_t written = 0;
  int status = Z_OK;
  while (status == Z_OK || status == Z_BUF_ERROR) {
    if (written == out.size()) out.resize(out.size() + 4096);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + at));
    stream.avail_in = piece(bytes.size() - at);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = piece(out.size() - written);
    const uInt in_before = stream.avail_in;
    const uInt out_before = stream.avail_out;
    const bool last = bytes.size() - at == in_before;
    status = deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
    at += in_before - stream.avail_in;
    written += out_before - stream.avail_out;
  }
  deflateEnd(&stream);
  out.resize(written);
  return out;
}

}  // namespace ruagate::unpack
