// Reports and records, in pages.
#include <array>
#include <charconv>
#include <sstream>

#include "base/format.hpp"
#include "base/ip_address.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "domain/name.hpp"
#include "http/routes.hpp"
#include "ingest/ingest.hpp"

namespace ruagate::http {

namespace {

constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int64_t kMaxLimit = 1000;
/// Records that come with a report; the rest comes in pages.
constexpr std::uint64_t kFirstRecords = 1000;

tl::unexpected<Error> bad_parameter(std::string message) {
  return fail(ErrorKind::malformed, "bad_parameter", std::move(message));
}

/// "BEGIN.END.REPORT" or "BEGIN.END.REPORT.RECORD", numbers.
std::string cursor_text(const store::PageEnd& end) {
  std::string text = format("{}.{}.{}", epoch_seconds(end.begin), epoch_seconds(end.end), end.report);
  if (end.record) text += format(".{}", *end.record);
  return text;
}

std::optional<store::PageEnd> cursor_from(std::string_view text, bool with_record) {
  std::array<std::int64_t, 4> numbers{};
  const std::size_t wanted = with_record ? 4 : 3;
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view part = text.substr(0, dot);
    if ((dot == text.size()) != (i + 1 == wanted) || part.size() > 15) return std::nullopt;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), numbers.at(i));
    if (part.empty() || error != std::errc() || end != part.data() + part.size()) return std::nullopt;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  if (numbers[2] < 0 || numbers[3] < 0) return std::nullopt;
  store::PageEnd end{instant_from(numbers[0]), instant_from(numbers[1]), numbers[2], std::nullopt};
  if (with_record) end.record = static_cast<std::uint64_t>(numbers[3]);
  return end;
}

/// The next page of the same question, as a Link header, for those who do not read JSON.
Header next_link(const Call& call, const std::string& cursor) {
  const std::string_view target = call.request.target;
  std::string query;
  std::string_view rest = target.substr(std::min(target.find('?'), target.size()));
  if (!rest.empty()) rest.remove_prefix(1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    if (!pair.starts_with("cursor=") && !pair.empty()) query += std::string(pair) + '&';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const std::string next = format("{}?{}cursor={}", target.substr(0, target.find('?')), query, cursor);
  std::string link;
  // What cannot stand in a header or between <> was escaped by the client, or is here.
  for (const char c : next) {
    const bool plain = c > 0x20 && c < 0x7F && c != '<' && c != '>' && c != '"' && c != '\\' && c != '^' && c != '`';
    link += plain ? std::string(1, c) : format("%{:02X}", static_cast<unsigned char>(c));
  }
  return {"Link", '<' + link + ">; rel=\"next\""};
}

Result<store::Filter> filter_of(Call& call, bool with_record) {
  store::Filter filter;
  Params& params = call.params;
  if (const auto domain = params.text("domain")) {
    filter.domain = domain::normalize(*domain);
    if (!filter.domain) return bad_parameter(format("domain {}: not a domain name", printable(*domain)));
  }
  filter.reporter = params.text("reporter");
  filter.ip = params.text("ip");
  if (filter.ip && !IpNetwork::parse(*filter.ip)) {
    return bad_parameter(format("ip {}: not an IP address or network", printable(*filter.ip)));
  }
  filter.since = params.day("since");
  filter.until = params.day("until");
  if (filter.since && filter.until && *filter.until < *filter.since) {
    return bad_parameter(format("until {} is before since {}", to_iso(*filter.until), to_iso(*filter.since)));
  }
  if (const auto cursor = params.text("cursor")) {
    filter.after = cursor_from(*cursor, with_record);
    if (!filter.after) return bad_parameter("cursor: not one that a page gave");
  }
  const std::int64_t limit = params.integer("limit", 1, kMaxLimit).value_or(kDefaultLimit);
  if (const auto ok = params.finish(); !ok) return tl::unexpected(ok.error());
  filter.limit = static_cast<std::uint64_t>(limit) + 1;  // one more tells whether there is a next page
  return filter;
}

/// A page of rows that `ask` gives; `end_of` says where the page ends.
template <class Writer, class Row, class EndOf>
Result<Document> page(Call& call, const store::Filter& filter,
                      void (store::Store::*ask)(const store::Filter&, const std::function<bool(Row&&)>&),
                      EndOf&& end_of) {
  std::ostringstream out;
  Writer writer(out, call.format, {});
  std::optional<std::string> next;
  std::uint64_t rows = 0;
  std::optional<store::PageEnd> last;
  (call.store.*ask)(filter, [&](Row&& row) {
    if (rows + 1 == *filter.limit) {
      next = cursor_text(*last);
      return false;
    }
    ++rows;
    last = end_of(row);
    writer.row(row);
    return true;
  });
  writer.finish_page(next);
  Document document;
  if (call.format == present::Format::csv) document.content_type = "text/csv; charset=utf-8";
  if (next) document.headers.push_back(next_link(call, *next));
  document.body = std::move(out).str();
  return document;
}

Result<store::ReportRow> report_of(Call& call) {
  const auto id = whole_number(call.path[0]);
  auto row = id ? call.store.report(*id) : std::nullopt;
  if (!row) return fail(ErrorKind::usage, "not_found", format("there is no report {}", printable(call.path[0], 40)));
  return std::move(*row);
}

}  // namespace

Result<Document> get_reports(Call& call) {
  const auto filter = filter_of(call, false);
  if (!filter) return tl::unexpected(filter.error());
  return page<present::ReportsWriter>(call, *filter, &store::Store::reports, [](const store::ReportRow& row) {
    return store::PageEnd{row.report.begin, row.report.end, row.id, std::nullopt};
  });
}

Result<Document> get_records(Call& call) {
  const auto filter = filter_of(call, true);
  if (!filter) return tl::unexpected(filter.error());
  return page<present::RecordsWriter>(call, *filter, &store::Store::records, [](const store::RecordRow& row) {
    return store::PageEnd{row.begin, row.end, row.report_key, row.index};
  });
}

Result<Document> get_report(Call& call) {
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto row = report_of(call);
  if (!row) return tl::unexpected(row.error());
  std::ostringstream out;
  present::write_report(out, *row, call.store.records_of(row->id, 0, kFirstRecords), present::Format::json, {});
  Document document;
  document.body = std::move(out).str();
  return document;
}

Result<Document> get_report_records(Call& call) {
  const auto cursor = call.params.text("cursor");
  const auto from = cursor ? whole_number(*cursor) : std::optional<std::int64_t>(0);
  const auto limit = static_cast<std::uint64_t>(call.params.integer("limit", 1, kMaxLimit).value_or(kDefaultLimit));
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  if (!from) return bad_parameter("cursor: not one that a page gave");
  const auto row = report_of(call);
  if (!row) return tl::unexpected(row.error());
  const auto records = call.store.records_of(row->id, static_cast<std::uint64_t>(*from), limit + 1);
  std::ostringstream out;
  present::RecordsWriter writer(out, call.format, {});
  for (std::size_t i = 0; i < std::min<std::size_t>(records.size(), limit); ++i) writer.row(records[i]);
  std::optional<std::string> next;
  if (records.size() > limit) next = std::to_string(static_cast<std::uint64_t>(*from) + limit);
  writer.finish_page(next);
  Document document;
  if (call.format == present::Format::csv) document.content_type = "text/csv; charset=utf-8";
  if (next) document.headers.push_back(next_link(call, *next));
  document.body = std::move(out).str();
  return document;
}

Result<Document> get_report_raw(Call& call) {
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto row = report_of(call);
  if (!row) return tl::unexpected(row.error());
  const auto raw = call.store.raw(row->id);
  if (!raw) return fail(ErrorKind::usage, "not_kept", "the document is not kept (keep_raw_days)");
  auto bytes = ingest::document_text(*raw, call.live.ingest.limits);
  if (!bytes) return tl::unexpected(bytes.error());
  Document document;
  document.content_type = "text/plain";  // without a character set: the document says its own
  document.headers = {{"Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'"},
                      {"Content-Disposition", format("inline; filename=\"report-{}.xml\"", row->id)}};
  document.body = std::move(*bytes);
  document.keep = false;
  return document;
}

Response accept_report(Call& call) {
  const auto row = report_of(call);
  if (!row) return refusal(row.error());
  bool did_wait = false;
  call.service.write(call.live,
                     [&](store::Store& store) { did_wait = store.accept(row->id, call.service.parts().clock.now()); });
  if (!did_wait) return problem(409, "does_not_wait", format("report {} does not wait; nothing changed", row->id));
  log::info(format("http: report {} accepted by {}", row->id, printable(call.identity.name)));
  return nothing_to_say();
}

}  // namespace ruagate::http
