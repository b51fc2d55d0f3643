#include "mime/scanner.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "mime/transfer.hpp"

namespace ruagate::mime {
namespace {

constexpr std::size_t kMaxGuessedBoundary = 200;
constexpr std::size_t kMaxEncodedLayers = 4;
constexpr std::size_t kMaxFields = 10'000;  // Kept of one header, whatever their length.
constexpr std::array kKinds = {FieldKind::content_type, FieldKind::content_transfer_encoding,
                               FieldKind::content_disposition};

std::string child_path(std::string_view parent, std::size_t number) {
  return parent.empty() ? std::to_string(number) : format("{}.{}", parent, number);
}

bool is_message_type(std::string_view media_type) {
  return media_type == "message/rfc822" || media_type == "message/global" || media_type == "message/news";
}

std::string_view without_trailing_space(std::string_view text) {
  while (!text.empty() && (is_space(text.back()) || text.back() == '\0')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<void> Scanner::scan(std::string_view bytes) {
  Source& outermost = sources_.emplace_back();
  outermost.lines = Lines(bytes);
  outermost.outermost = true;
  message_.headers.reserve(32);  // What mail usually has.
  while (!sources_.empty()) {
    Source& source = sources_.back();
    if (source.entity) {
      source.entity = false;
      if (auto done = read_entity(); !done) return done;
    } else {
      follow(find_delimiter(source, source.at));
    }
  }
  if (message_.parts.empty()) {  // A multipart that ends as it begins.
    tolerances_.add("mail_multipart_without_parts");
    message_.parts.emplace_back().media_type = "text/plain";
  }
  message_.tolerances = tolerances_.sorted();
  return {};
}

std::string Scanner::leaf_path(const Source& source) const {
  // A message/rfc822 is a level of its own only when it holds no multipart (as IMAP numbers them, RFC 9051 6.4.5.1).
  const bool in_rfc822 = source.in_message && !source.outermost;
  return in_rfc822 ? child_path(source.path, 1) : source.path;
}

Result<void> Scanner::read_entity() {
  Source& source = sources_.back();
  if (source.in_message) skip_envelope(source);
  EntityHeader header = read_header(source);

  ContentType type = content_type(header.value(FieldKind::content_type), tolerances_);
  if (type.media_type.empty()) type.media_type = source.digest ? "message/rfc822" : "text/plain";
  const TransferEncoding encoding = transfer_encoding(header.value(FieldKind::content_transfer_encoding), tolerances_);
  if (type.media_type.starts_with("multipart/")) return read_multipart(std::move(type), encoding);

  std::string file_name = disposition_file_name(header.value(FieldKind::content_disposition), tolerances_);
  if (file_name.empty()) file_name = type.name;
  if (is_message_type(type.media_type)) return read_message(type, encoding, std::move(file_name));

  const Delimiter end = find_delimiter(source, source.at);
  const std::string_view body = source.lines.text().substr(source.at, end.body_end - source.at);
  if (auto done = read_leaf(std::move(type), encoding, std::move(file_name), body); !done) return done;
  follow(end);
  return {};
}

Result<void> Scanner::enter(Frame frame) {
  Source& source = sources_.back();
  if (source.depth_above + source.frames.size() >= limits_.max_depth) {
    return fail(ErrorKind::too_large, "mime_too_deep",
                format("part {}: multiparts and messages are nested more than {} deep", frame.path.substr(0, 100),
                       limits_.max_depth));
  }
  source.frames.push_back(std::move(frame));
  return {};
}

// Each encoded layer is a copy, and quoted-printable need not be smaller than what is in it.
Result<void> Scanner::check_layers(std::string_view path) const {
  if (sources_.size() <= kMaxEncodedLayers) return {};
  return fail(ErrorKind::too_large, "mime_too_deep",
              format("part {}: messages are encoded inside each other more than {} times", path.substr(0, 100),
                     kMaxEncodedLayers));
}

// RFC 2045 6.4 forbids to encode a multipart as a whole; gateways do it. False when its body is no such thing.
Result<bool> Scanner::read_encoded_multipart(const Frame& frame, TransferEncoding encoding, const Delimiter& end) {
  Source& source = sources_.back();
  if (encoding == TransferEncoding::identity || encoding == TransferEncoding::uuencode) return false;
  const std::string_view body = source.lines.text().substr(source.at, end.body_end - source.at);
  std::string text =
      encoding == TransferEncoding::base64 ? decode_base64(body).bytes : decode_quoted_printable(body).bytes;
  if (frame.delimiter.empty() || text.find(frame.delimiter) == std::string::npos) return false;
  if (auto room = check_layers(frame.path); !room) return tl::unexpected(room.error());
  tolerances_.add("mail_encoded_multipart");
  Source inner;
  inner.owned = std::move(text);
  inner.depth_above = source.depth_above + source.frames.size() - 1;  // The frame goes with it.
  inner.path = frame.path;
  inner.entity = false;
  inner.frames.push_back(frame);
  source.frames.pop_back();
  follow(end);  // `source` goes on there afterwards; it may be gone already when it ended.
  sources_.push_back(std::move(inner));
  sources_.back().lines = Lines(sources_.back().owned);
  return true;
}

Result<void> Scanner::read_multipart(ContentType type, TransferEncoding encoding) {
  Source& source = sources_.back();
  Frame frame;
  frame.path = source.path;
  frame.report_type = source.report_type;
  if (type.media_type == "multipart/report") frame.report_type = type.report_type;
  frame.digest = type.media_type == "multipart/digest";
  frame.for_text = type.media_type == "multipart/alternative" || type.media_type == "multipart/related";
  if (!type.boundary.empty()) frame.delimiter = "--" + type.boundary;
  if (auto done = enter(std::move(frame)); !done) return done;

  const std::size_t own = source.frames.size() - 1;
  Delimiter first = find_delimiter(source, source.at);
  if (first.frame != own) {
    const auto encoded = read_encoded_multipart(source.frames[own], encoding, first);
    if (!encoded || *encoded) return encoded ? Result<void>{} : tl::unexpected(encoded.error());
    // No boundary, or one that never comes: the body's own first line with dashes may tell it.
    source.frames[own].delimiter = guessed_delimiter(source, source.at, first.body_end);
    if (!source.frames[own].delimiter.empty()) {
      tolerances_.add("mail_boundary_guessed");
      first = find_delimiter(source, source.at);
    }
  }
  if (first.frame != own) {
    tolerances_.add("mail_multipart_without_parts");
    source.frames.pop_back();
    ContentType leaf;
    leaf.media_type = std::move(type.media_type);
    const std::string_view body = source.lines.text().substr(source.at, first.body_end - source.at);
    if (auto done = read_leaf(std::move(leaf), TransferEncoding::identity, {}, body); !done) return done;
  }
  follow(first);
  return {};
}

Result<void> Scanner::read_message(const ContentType& type, TransferEncoding encoding, std::string file_name) {
  Source& source = sources_.back();
  const std::string path = leaf_path(source);
  if (encoding == TransferEncoding::identity && looks_like_message(source.lines.text().substr(source.at))) {
    Frame frame;
    frame.path = path;
    frame.report_type = source.report_type;
    if (auto done = enter(std::move(frame)); !done) return done;
    tolerances_.add("mail_forwarded");
    source.entity = true;
    source.in_message = true;
    source.outermost = false;
    source.digest = false;
    source.path = path;
    return {};
  }
  const Delimiter end = find_delimiter(source, source.at);
  const std::string_view body = source.lines.text().substr(source.at, end.body_end - source.at);
  if (encoding != TransferEncoding::identity) {
    // RFC 2046 5.2.1 forbids encoding a message; gateways do it.
    std::string text = decoded(encoding, body, file_name);
    if (looks_like_message(text)) {
      tolerances_.add("mail_encoded_message");
      tolerances_.add("mail_forwarded");
      const std::size_t depth = source.depth_above + source.frames.size() + 1;
      if (depth > limits_.max_depth) {
        return fail(ErrorKind::too_large, "mime_too_deep",
                    format("part {}: multiparts and messages are nested more than {} deep", path.substr(0, 100),
                           limits_.max_depth));
      }
      if (auto room = check_layers(path); !room) return room;
      Source inner;
      inner.owned = std::move(text);
      inner.depth_above = depth;
      inner.path = path;
      inner.report_type = source.report_type;
      follow(end);  // `source` goes on there afterwards; it may be gone already when it ended.
      sources_.push_back(std::move(inner));
      sources_.back().lines = Lines(sources_.back().owned);
      return {};
    }
  }
  if (auto done = read_leaf(type, encoding, std::move(file_name), body); !done) return done;
  follow(end);
  return {};
}

std::string Scanner::decoded(TransferEncoding encoding, std::string_view body, std::string& file_name) {
  const auto note = [&](const Base64Bytes& base64) {
    if (base64.junk) tolerances_.add("mail_base64_junk");
    if (base64.no_padding) tolerances_.add("mail_base64_no_padding");
    if (base64.concatenated) tolerances_.add("mail_base64_concatenated");
    if (base64.trailing_text) tolerances_.add("mail_base64_trailing_text");
  };
  std::string content;
  switch (encoding) {
    case TransferEncoding::identity:
      content = body;
      break;
    case TransferEncoding::base64: {
      // XML and archives that were not encoded at all, whatever the header says. "PK" is in the alphabet, control
      // characters and "<" are not.
      const std::string_view text = trim(body);
      if (text.starts_with('<') || has_archive_magic(text)) {
        tolerances_.add("mail_wrong_transfer_encoding");
        return std::string(text.starts_with('<') ? body : text);
      }
      Base64Bytes base64 = decode_base64(body);
      note(base64);
      content = std::move(base64.bytes);
      break;
    }
    case TransferEncoding::quoted_printable: {
      QuotedPrintableBytes bytes = decode_quoted_printable(body);
      if (bytes.junk) tolerances_.add("mail_quoted_printable_junk");
      content = std::move(bytes.bytes);
      break;
    }
    case TransferEncoding::uuencode:
      if (auto file = decode_uuencode(body)) {
        if (file->no_end) tolerances_.add("mail_uuencode_broken");
        if (file_name.empty()) file_name = std::move(file->name);
        content = std::move(file->bytes);
      } else {
        tolerances_.add("mail_wrong_transfer_encoding");
        content = body;
      }
      break;
  }
  if (auto hidden = hidden_base64(content)) {
    tolerances_.add(encoding == TransferEncoding::base64 ? "mail_encoded_twice" : "mail_wrong_transfer_encoding");
    note(*hidden);
    content = std::move(hidden->bytes);
  }
  return content;
}

Result<void> Scanner::read_leaf(ContentType type, TransferEncoding encoding, std::string file_name,
                                std::string_view body) {
  Part part;
  part.path = leaf_path(sources_.back());
  part.report_type = sources_.back().report_type;
  part.media_type = std::move(type.media_type);
  part.content = decoded(encoding, body, file_name);
  part.file_name = std::move(file_name);
  note_place(part);
  const bool may_embed = part.media_type.starts_with("text/") || part.media_type.starts_with("multipart/");
  if (may_embed) {
    if (auto done = emit_embedded(part); !done) return done;
  }
  return emit(std::move(part));
}

// Where a report stands although it should be an attachment (RFC 9990 3.5).
void Scanner::note_place(const Part& part) {
  const bool is_archive = has_archive_magic(part.content);
  const auto& frames = sources_.back().frames;
  if (is_archive && !frames.empty() && frames.back().for_text) tolerances_.add("mail_odd_multipart");
  const bool is_document = is_archive || trim(std::string_view(part.content).substr(0, 256)).starts_with("<?xml");
  if (part.path.empty() && is_document) tolerances_.add("mail_whole_message");
}

Result<void> Scanner::emit_embedded(const Part& part) {
  Part inner;
  if (auto run = embedded_base64(part.content)) {
    tolerances_.add("mail_base64_in_text");
    inner.content = std::move(run->bytes);
  } else if (auto file = decode_uuencode(part.content); file && has_archive_magic(file->bytes)) {
    tolerances_.add("mail_uuencode_in_text");
    inner.content = std::move(file->bytes);
    inner.file_name = std::move(file->name);
  } else {
    return {};
  }
  inner.path = child_path(part.path, 1);
  inner.media_type = "application/octet-stream";
  inner.report_type = part.report_type;
  return emit(std::move(inner));
}

Result<void> Scanner::emit(Part part) {
  if (message_.parts.size() >= limits_.max_parts) {
    return fail(ErrorKind::too_large, "mime_too_many_parts",
                format("part {}: the message has more than {} parts", part.path.substr(0, 100), limits_.max_parts));
  }
  message_.parts.push_back(std::move(part));
  return {};
}

void Scanner::follow(const Delimiter& delimiter) {
  Source& source = sources_.back();
  const std::size_t keep = delimiter.frame ? *delimiter.frame + 1 : 0;
  while (source.frames.size() > keep) {
    const Frame& frame = source.frames.back();
    if (!frame.delimiter.empty() && !frame.closed) tolerances_.add("mail_missing_final_boundary");
    source.frames.pop_back();
  }
  if (!delimiter.frame) {
    sources_.pop_back();
    return;
  }
  source.at = delimiter.next;
  Frame& frame = source.frames.back();
  if (delimiter.closes) {
    frame.closed = true;  // What follows is passed over up to the next delimiter.
    return;
  }
  if (frame.closed) tolerances_.add("mail_part_after_end");
  frame.closed = false;
  source.entity = true;
  source.in_message = false;
  source.outermost = false;
  source.path = child_path(frame.path, ++frame.children);
  source.report_type = frame.report_type;
  source.digest = frame.digest;
}

void Scanner::skip_envelope(Source& source) {
  const std::string_view text = source.lines.text();
  if (text.substr(source.at).starts_with("\xEF\xBB\xBF")) {
    source.at += 3;
    tolerances_.add("mail_leading_junk");
  }
  while (source.at < text.size()) {
    const Line line = source.lines.at(source.at);
    if (line.text.find_first_not_of(std::string_view(" \t\0", 3)) == std::string_view::npos) {
      tolerances_.add("mail_leading_junk");
    } else if (line.text.starts_with("From ") || line.text.starts_with(">From ")) {
      tolerances_.add("mail_mbox_line");
    } else {
      break;
    }
    source.at = line.next;
  }
}

Scanner::EntityHeader Scanner::read_header(Source& source) {
  EntityHeader header;
  const std::string_view text = source.lines.text();
  std::size_t budget = limits_.max_header_bytes;
  bool in_field = false;
  std::string* value = nullptr;  // Of the field under way; null when it is not kept.
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::array<std::size_t, 4> first_of_kind{kNone, kNone, kNone, kNone};  // In the headers kept, by FieldKind.
  bool ended = false;
  const auto append = [&](std::string_view piece) {
    if (value == nullptr) return;
    if (piece.size() > budget) {
      piece = piece.substr(0, budget);
      tolerances_.add("mail_header_too_long");
    }
    budget -= piece.size();
    value->append(piece);
  };
  while (source.at < text.size()) {
    const Line line = source.lines.at(source.at);
    if (line.bare_cr) tolerances_.add("mail_cr_line_ends");
    if (line.text.empty()) {
      source.at = line.next;
      ended = true;
      break;
    }
    if (line.text.front() == '-' && match(source, source.at)) break;
    if (in_field && (line.text.front() == ' ' || line.text.front() == '\t')) {
      if (const std::string_view piece = trim(line.text); !piece.empty()) {
        if (value != nullptr && !value->empty()) append(" ");
        append(piece);
      }
      source.at = line.next;
      continue;
    }
    const FieldStart start = field_start(line.text);
    if (start.name_length == 0) {
      // Junk, if the header goes on after it; else the blank line is missing and this is the body.
      const bool goes_on = line.next < text.size() && field_start(source.lines.at(line.next).text).name_length != 0;
      if (!in_field || !goes_on) break;
      tolerances_.add("mail_header_junk_line");
      source.at = line.next;
      continue;
    }
    in_field = true;
    value = nullptr;
    if (start.misspelt) tolerances_.add("mail_misspelt_header");
    if (start.space_before_colon) tolerances_.add("mail_space_before_colon");
    const std::string_view name = line.text.substr(0, start.name_length);
    const auto kind = static_cast<std::size_t>(start.kind);
    if (source.outermost) {
      if (name.size() < budget && message_.headers.size() < kMaxFields) {
        budget -= name.size();
        if (first_of_kind[kind] == kNone) first_of_kind[kind] = message_.headers.size();
        value = &message_.headers.emplace_back(HeaderField{std::string(name), {}}).value;
      } else {
        tolerances_.add("mail_header_too_long");
      }
    } else if (start.kind != FieldKind::other && header.value(start.kind).empty()) {
      value = &header.value(start.kind);  // The first one counts.
    }
    append(trim(line.text.substr(start.value_at)));
    source.at = line.next;
  }
  for (const FieldKind kind : kKinds) {
    const std::size_t index = first_of_kind[static_cast<std::size_t>(kind)];
    if (index != kNone) header.value(kind) = message_.headers[index].value;
  }
  if (!ended && source.at < text.size()) tolerances_.add("mail_missing_blank_line");
  return header;
}

std::optional<Scanner::Delimiter> Scanner::match(Source& source, std::size_t line_begin) {
  const std::string_view text = source.lines.text();
  if (!text.substr(line_begin).starts_with("--")) return std::nullopt;
  const Line line = source.lines.at(line_begin);
  const std::string_view content = without_trailing_space(line.text);
  for (std::size_t i = source.frames.size(); i-- > 0;) {
    const std::string& delimiter = source.frames[i].delimiter;
    if (delimiter.empty() || !content.starts_with(delimiter)) continue;
    const std::string_view rest = content.substr(delimiter.size());
    if (!rest.empty() && rest != "--") continue;  // A longer boundary.
    Delimiter found;
    found.frame = i;
    found.closes = rest == "--";
    found.begin = line_begin;
    found.next = line.next;
    found.body_end = line_begin;
    // The line end before the delimiter: CR, LF, CRLF or CR CR LF.
    const auto drop = [&](char c) {
      const bool there = found.body_end > source.at && text[found.body_end - 1] == c;
      if (there) --found.body_end;
      return there;
    };
    if (drop('\n')) {
      if (drop('\r')) drop('\r');
    } else {
      drop('\r');
    }
    return found;
  }
  return std::nullopt;
}

Scanner::Delimiter Scanner::find_delimiter(Source& source, std::size_t from) {
  const std::string_view text = source.lines.text();
  Delimiter end;
  end.begin = end.body_end = end.next = text.size();
  const bool bounded = std::any_of(source.frames.begin(), source.frames.end(),
                                   [](const Frame& frame) { return !frame.delimiter.empty(); });
  if (!bounded) return end;
  // Encoded bodies hold no "-", so this search mostly runs at the speed of memchr.
  std::size_t at = text.find('-', from);
  while (at != std::string_view::npos && at + 1 < text.size()) {
    const bool line_start = at == from || text[at - 1] == '\n' || text[at - 1] == '\r';
    if (line_start && text[at + 1] == '-') {
      if (auto found = match(source, at)) return *found;
    }
    at = text.find('-', at + 1);
  }
  return end;
}

std::string Scanner::guessed_delimiter(Source& source, std::size_t from, std::size_t end) {
  const std::string_view text = source.lines.text();
  for (std::size_t at = text.find("--", from); at < end; at = text.find("--", at + 1)) {
    if (at != from && text[at - 1] != '\n' && text[at - 1] != '\r') continue;
    const Line line = source.lines.at(at);
    const std::string_view content = without_trailing_space(line.text);
    if (content.size() > kMaxGuessedBoundary || content.find_first_not_of('-') == std::string_view::npos) continue;
    if (content.find(' ') != std::string_view::npos) continue;
    // A part's header, or the blank line of a part without one, has to follow.
    if (line.next >= end) continue;
    const std::string_view follows = source.lines.at(line.next).text;
    if (follows.empty() || field_start(follows).name_length != 0) return std::string(content);
  }
  return {};
}

}  // namespace ruagate::mime
