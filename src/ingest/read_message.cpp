#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <utility>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "ingest/documents.hpp"
#include "ingest/neighbours.hpp"
#include "ingest/reading.hpp"
#include "ingest/trust.hpp"

namespace ruagate::ingest {
namespace {

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

/// True for a name or media type that promises a report or an archive of one.
bool is_declared(const mime::Part& part) {
  for (const auto end : {".xml", ".gz", ".zip", ".gzip"}) {
    if (ends_with_ignoring_case(part.file_name, end)) return true;
  }
  for (const auto type :
       {"application/zip", "application/gzip", "application/x-gzip", "application/x-zip", "application/zip-compressed",
        "application/x-zip-compressed", "application/xml", "text/xml"}) {
    if (part.media_type == type) return true;
  }
  return false;
}

/// True if a part's media type is another than that of its bytes (RFC 6713, RFC 7303).
bool is_mistyped(const mime::Part& part) {
  switch (unpack::sniff(part.content)) {
    case unpack::Content::gzip:
      return part.media_type != "application/gzip";
    case unpack::Content::zip:
      return part.media_type != "application/zip";
    case unpack::Content::xml:
      return part.media_type != "text/xml" && part.media_type != "application/xml";
    case unpack::Content::empty:
    case unpack::Content::json:
    case unpack::Content::other:
      break;
  }
  return false;
}

/// True if the text of a mail is itself a report document: only when it begins like one.
bool begins_like_report(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = trim(text);
  return (text.starts_with("<?xml") || text.starts_with("<feedback")) && !is_html(text);
}

/// True if the bytes are a mail message rather than a document or container.
bool is_mail(std::string_view bytes) {
  switch (unpack::sniff(bytes)) {
    case unpack::Content::empty:
    case unpack::Content::gzip:
    case unpack::Content::zip:
      return false;
    case unpack::Content::xml:
    case unpack::Content::json:
    case unpack::Content::other:
      break;
  }
  const auto first = trim(bytes.substr(0, 256));
  return !first.starts_with('<') && !first.starts_with('{') && mime::looks_like_message(bytes);
}

void add_sorted(std::vector<std::string>& names, const std::vector<std::string>& more) {
  if (more.empty()) return;
  names.insert(names.end(), more.begin(), more.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

/// Where a payload stands.
struct Place {
  std::string label;      ///< For people: file name or part path; empty for a loose file.
  std::string file_name;  ///< As sent.
  std::string path;       ///< Part path; empty for a loose file.
  bool is_loose = false;
  bool is_mistyped = false;
  bool is_declared = false;  ///< Somebody said that this is a report.
  int depth = 0;             ///< Messages around it.
};

/// Reads one message, or one file.
class Reader {
 public:
  Reader(const Limits& limits, const Border& border, const Wanted& wanted, StageTimes& times)
      : limits_(limits), budget_(limits.unpack), border_(border), wanted_(wanted), times_(times) {}

  void read(std::string_view bytes, std::string_view origin) {
    if (trim(bytes).empty()) {
      refuse({}, "empty_message", bytes.empty() ? "the file is empty" : "the file holds only white space", {});
    } else if (is_mail(bytes)) {
      read_mail(bytes, 1);
    } else {
      Place place;
      place.file_name = base_name(origin);
      place.is_loose = true;
      place.is_declared = true;
      read_payload(bytes, place);
    }
  }

  void read_payload(std::string_view bytes, const Place& place) {
    const Stopwatch stopwatch(times_.unpack);
    const auto key = key_of(bytes, place);
    if (key && wanted_.known != nullptr && wanted_.known->has(*key, context_.mail_date)) {
      ReadReport& known = result_.reports.emplace_back();
      known.part = place.label;
      known.document = key;
      known.is_known = true;
      return;
    }
    const std::size_t reports = result_.reports.size();
    const std::size_t refused = result_.refused.size();
    const bool held_before = std::exchange(held_mail_, false);  // What other attachments held says nothing of this one.
    unpack::unpack(
        place.file_name, bytes, limits_.unpack, budget_,
        [&](unpack::Document&& document) { read_document(std::move(document), bytes, place); },
        [&](unpack::Refusal&& refusal) {
          if (refusal.error.code == "empty_payload") {
            note("empty_payload");
            return;
          }
          refuse(label_of(place, refusal.name), refusal.error.code, in_part(place, refusal.error.message),
                 kept(place, bytes));
        });
    if (key && result_.reports.size() == reports + 1 && result_.refused.size() == refused &&
        stands_alone(result_.reports.back().report)) {
      result_.reports.back().document = key;
    }
    held_mail_ = held_mail_ || held_before;
  }

  ReadMessage take() {
    if (is_certain_neighbour_ && result_.reports.empty()) result_.refused.clear();
    if (result_.reports.empty() && result_.refused.empty()) {
      result_.ignored_as = kind_.empty() ? "not_a_report" : kind_;
    }
    return std::move(result_);
  }

 private:
  /// Of what may be known again. Documents of a message inside an archive depend on that message.
  std::optional<store::DocumentKey> key_of(std::string_view bytes, const Place& place) const {
    if (!wanted_.for_store || place.depth > 1 || unpack::sniff(bytes) == unpack::Content::json) return std::nullopt;
    return document_key(bytes, place.file_name);
  }

  /// True if the document gives this report, whole, whatever the mail around it says.
  bool stands_alone(const report::Report& report) const {
    return !held_mail_ && report.records_left_out == 0 && reportxml::stands_alone(report);
  }

  void read_mail(std::string_view bytes, int depth) {
    Result<mime::Message> parsed;
    {
      const Stopwatch stopwatch(times_.mime);
      parsed = mime::parse_message(bytes, limits_.mime);
    }
    if (!parsed) return refuse({}, parsed.error().code, parsed.error().message, {});
    const auto& message = *parsed;
    // A message inside it can claim anything: only the outermost passed the border.
    if (depth == 1) result_.trust = trust_of(message, border_);

    const auto outer = std::exchange(context_, {});
    const auto outer_tolerances = std::exchange(mail_tolerances_, message.tolerances);
    context_.subject = message.subject();
    context_.from = message.header("From");
    context_.mail_date = message.date();
    for (const auto& part : message.parts) read_part(part, depth);
    const auto neighbour = neighbour_of(message);
    if (!neighbour.kind.empty()) note(neighbour.kind);
    if (neighbour.is_certain) is_certain_neighbour_ = true;
    context_ = outer;
    mail_tolerances_ = outer_tolerances;
  }

  void read_part(const mime::Part& part, int depth) {
    Place place;
    place.file_name = part.file_name;
    place.path = part.path;
    place.label = part.file_name.empty() ? part.path : printable(part.file_name);
    std::replace(place.label.begin(), place.label.end(), '/', '_');
    place.is_declared = is_declared(part);
    place.is_mistyped = is_mistyped(part);
    place.depth = depth;
    switch (unpack::sniff(part.content)) {
      case unpack::Content::gzip:
      case unpack::Content::zip:
      case unpack::Content::json:
        return read_payload(part.content, place);
      case unpack::Content::xml: {
        const bool is_body = part.media_type == "text/html" || (part.media_type == "text/plain" && !place.is_declared);
        if (is_body ? begins_like_report(part.content) && reportxml::looks_like_report(part.content)
                    : !is_html(part.content)) {
          read_payload(part.content, place);
        }
        return;
      }
      case unpack::Content::empty:
      case unpack::Content::other:
        if (is_unsupported_container(part)) return note("unsupported_container");
        if (!place.is_declared) return;
        if (!part.content.empty() && is_placeholder(part.content)) return note("empty_payload");
        return refuse(
            place.label, "attachment_unreadable",
            in_part(place, part.content.empty() ? "the attachment is empty"
                                                : format("declared as {}, but its bytes are no gzip, zip or XML",
                                                         printable(part.media_type, 80))),
            part.content);
    }
  }

  void read_document(unpack::Document&& document, std::string_view container, const Place& place) {
    if (is_mail(document.bytes)) {
      held_mail_ = true;
      if (place.depth < kMostDepth) return read_mail(document.bytes, place.depth + 1);
      return refuse(label_of(place, document.name), "nested_too_deep",
                    in_part(place, format("messages inside archives are nested more than {} deep", kMostDepth)),
                    kept(place, container));
    }
    switch (document.content) {
      case unpack::Content::xml:
        return read_xml(std::move(document), container, place);
      case unpack::Content::json:
        if (is_tls_report(document.bytes)) note("tls_report");
        return;
      case unpack::Content::empty:
      case unpack::Content::gzip:
      case unpack::Content::zip:
      case unpack::Content::other:
        break;
    }
    if (is_placeholder(document.bytes)) return note("empty_payload");
    if (const auto kind = feedback_kind(document.bytes); !kind.empty()) return note(kind);
    if (is_text(document.bytes)) return;
    const bool is_plain = document.bytes.size() == container.size();
    if (place.is_loose && is_plain) {
      refuse({}, "not_a_mail_or_report", "the bytes are neither a message nor gzip, zip or XML", {});
    } else if (ends_with_ignoring_case(document.name, ".xml") || ends_with_ignoring_case(document.name, ".xml.gz")) {
      refuse(label_of(place, document.name), "attachment_unreadable",
             in_part(place, "the archive holds something else than XML"), kept(place, container));
    }
  }

  void read_xml(unpack::Document&& document, std::string_view container, const Place& place) {
    if (is_html(document.bytes)) return;
    const bool like_report = reportxml::looks_like_report(document.bytes);
    // A document that is the attachment itself can still be compressed after the reader has taken the bytes.
    const bool is_plain = document.raw.empty() && document.bytes.size() == container.size();
    std::string raw;
    if (wanted_.raw && document.raw.empty() && !is_plain) raw = unpack::gzip(document.bytes);

    auto context = context_;
    context.file_name = document.name.empty() ? place.file_name : document.name;
    Result<std::vector<report::Report>> reports;
    {
      const auto begin = std::chrono::steady_clock::now();
      const Stopwatch stopwatch(times_.xml);
      reports = reportxml::read_reports(std::move(document.bytes), context, limits_.xml);
      times_.unpack -= std::chrono::steady_clock::now() - begin;  // read_payload()'s stopwatch is running.
    }
    if (!reports) {
      const auto& error = reports.error();
      if (error.kind == ErrorKind::no_report) return;
      if (!like_report && !place.is_declared) return;  // Somebody's XML, and not even well-formed.
      return refuse(label_of(place, document.name), error.code, in_part(place, error.message), kept(place, container));
    }
    if (wanted_.raw && is_plain && !reports->empty()) raw = unpack::gzip(container);
    const bool as_received = !document.raw.empty();
    for (auto& report : *reports) {
      add_sorted(report.tolerances, mail_tolerances_);
      add_sorted(report.tolerances, document.tolerances);
      if (place.is_mistyped) add_sorted(report.tolerances, {"container_mistyped"});
      ReadReport read;
      read.report = std::move(report);
      if (wanted_.for_store) read.prepared.emplace(read.report);
      read.part = label_of(place, document.name);
      if (wanted_.raw) read.raw = as_received ? std::string(document.raw) : raw;
      read.raw_encoding = as_received ? document.raw_encoding : unpack::RawEncoding::gzip;
      result_.reports.push_back(std::move(read));
    }
  }

  /// "x.zip", or "x.zip/member.xml"; the member alone for a loose archive.
  static std::string label_of(const Place& place, const std::string& name) {
    if (name.empty() || name == place.file_name) return place.label;
    return place.label.empty() ? printable(name) : place.label + "/" + printable(name);
  }
  static std::string in_part(const Place& place, const std::string& message) {
    return place.path.empty() ? message : format("part {}: {}", place.path, message);
  }
  /// Of a loose file the whole is kept, of a message the attachment.
  static std::string kept(const Place& place, std::string_view container) {
    return place.is_loose ? std::string() : std::string(container);
  }

  void note(std::string_view kind) {
    if (kind_.empty() || kind_ == "empty_payload") kind_ = kind;
  }
  void refuse(std::string part, std::string_view reason, std::string detail, std::string bytes) {
    result_.refused.push_back({std::move(part), std::string(reason), std::move(detail), std::move(bytes)});
  }

  static constexpr int kMostDepth = 2;

  const Limits& limits_;
  unpack::Budget budget_;
  const Border& border_;
  const Wanted& wanted_;
  StageTimes& times_;
  ReadMessage result_;
  reportxml::Context context_;
  std::vector<std::string> mail_tolerances_;
  std::string kind_;
  bool is_certain_neighbour_ = false;
  bool held_mail_ = false;  ///< Inside an archive: the attachment under way.
};

/// Reads with `read`; what it throws becomes the message's refusal, so that one message never ends the run.
template <class Function>
ReadMessage guarded(const Function& read) {
  ReadMessage failed;
  try {
    return read();
  } catch (const store::StoreError&) {
    throw;
  } catch (const std::bad_alloc&) {
    failed.refused.push_back({{}, "reader_failed", "not enough memory to read this message", {}});
  } catch (const std::exception& error) {
    failed.refused.push_back({{}, "reader_failed", printable(error.what()), {}});
  }
  return failed;
}

}  // namespace

ReadMessage read_bytes(std::string_view bytes, std::string_view origin, const Limits& limits, const Border& border,
                       const Wanted& wanted, StageTimes& times) {
  return guarded([&] {
    Reader reader(limits, border, wanted, times);
    reader.read(bytes, origin);
    return reader.take();
  });
}

ReadMessage read_payload(std::string_view bytes, const std::string& file_name, const Limits& limits,
                         const Wanted& wanted, StageTimes& times) {
  return guarded([&] {
    const Border nobody;
    Reader reader(limits, nobody, wanted, times);
    Place place;
    place.label = printable(file_name);
    place.file_name = file_name;
    place.is_loose = true;
    place.is_declared = true;
    reader.read_payload(bytes, place);
    return reader.take();
  });
}

ReadMessage read_message(std::string_view bytes, std::string_view origin, const Limits& limits, const Border& border) {
  StageTimes times;
  return read_bytes(bytes, origin, limits, border, {}, times);
}

store::NewReject to_reject(const ReadMessage::Refused& refused, std::string_view whole, const std::string& origin,
                           Instant seen_at) {
  store::NewReject reject;
  reject.origin = origin;
  reject.part = refused.part;
  reject.reason = refused.reason;
  reject.detail = refused.detail;
  reject.whole_message = refused.bytes.empty();
  const auto bytes = reject.whole_message ? whole : std::string_view(refused.bytes);
  reject.bytes = bytes.substr(0, kMaxRejectBytes);
  if (bytes.size() > kMaxRejectBytes) {
    reject.detail += format("; of {} bytes the first {} are kept", bytes.size(), kMaxRejectBytes);
  }
  reject.seen_at = seen_at;
  return reject;
}

namespace {

/// The store has words of its own for how bytes are packed: they are numbers on disk.
constexpr std::array<std::pair<unpack::RawEncoding, store::RawEncoding>, 3> kEncodings = {{
    {unpack::RawEncoding::plain, store::RawEncoding::plain},
    {unpack::RawEncoding::gzip, store::RawEncoding::gzip},
    {unpack::RawEncoding::zip, store::RawEncoding::zip},
}};

}  // namespace

store::RawDocument to_raw(ReadReport& read, bool keep_raw) {
  store::RawDocument raw;
  if (!keep_raw) return raw;
  raw.bytes = std::move(read.raw);
  for (const auto& [unpacked, stored] : kEncodings) {
    if (unpacked == read.raw_encoding) raw.encoding = stored;
  }
  return raw;
}

Result<std::string> document_text(const store::RawDocument& raw, const Limits& limits) {
  auto encoding = unpack::RawEncoding::plain;
  for (const auto& [unpacked, stored] : kEncodings) {
    if (stored == raw.encoding) encoding = unpacked;
  }
  return unpack::restore(raw.bytes, encoding, limits.unpack);
}

}  // namespace ruagate::ingest
