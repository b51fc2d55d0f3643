// Rejects, and what comes in by POST.
#include <limits>
#include <sstream>

#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "http/routes.hpp"
#include "mailbox/mailbox.hpp"

namespace ruagate::http {

namespace {

constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int64_t kMaxLimit = 1000;

Result<store::RejectRow> reject_of(Call& call) {
  const auto id = whole_number(call.path[0]);
  auto row = id ? call.store.reject(*id) : std::nullopt;
  if (!row) return fail(ErrorKind::usage, "not_found", format("there is no reject {}", printable(call.path[0], 40)));
  return std::move(*row);
}

/// One body as a mailbox of one message.
class Delivered final : public mailbox::Mailbox {
 public:
  Delivered(std::string name, std::string origin, std::string bytes)
      : name_(std::move(name)), origin_(std::move(origin)), bytes_(std::move(bytes)) {}

  const std::string& name() const override { return name_; }
  Result<std::optional<std::uint64_t>> begin_pass() override { return std::optional<std::uint64_t>(1); }
  Result<std::vector<mailbox::MessageRef>> next(std::size_t max_count) override {
    std::vector<mailbox::MessageRef> messages;
    if (max_count > 0 && !std::exchange(given_, true)) messages.push_back({origin_, origin_, bytes_.size()});
    return messages;
  }
  Result<std::string> fetch(const mailbox::MessageRef& /*message*/) override { return std::move(bytes_); }
  Result<void> acknowledge(std::span<const mailbox::MessageRef> /*messages*/, mailbox::Outcome /*outcome*/) override {
    return {};
  }
  void wait(std::chrono::milliseconds /*limit*/, const std::function<bool()>& /*stop*/) override {}

 private:
  std::string name_;
  std::string origin_;
  std::string bytes_;
  bool given_ = false;
};

}  // namespace

Result<Document> get_rejects(Call& call) {
  const auto cursor = call.params.text("cursor");
  const auto before = cursor ? whole_number(*cursor) : std::optional(std::numeric_limits<std::int64_t>::max());
  const auto limit = static_cast<std::uint64_t>(call.params.integer("limit", 1, kMaxLimit).value_or(kDefaultLimit));
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  if (!before) return fail(ErrorKind::malformed, "bad_parameter", "cursor: not one that a page gave");
  std::vector<store::RejectRow> rows = call.store.rejects_before(*before, limit + 1);
  std::optional<std::string> next;
  if (rows.size() > limit) {
    rows.pop_back();
    next = std::to_string(rows.back().id);
  }
  std::ostringstream out;
  present::write_rejects_page(out, rows, call.format, next);
  Document document;
  if (call.format == present::Format::csv) document.content_type = "text/csv; charset=utf-8";
  if (next) {
    document.headers.push_back({"Link", format("</api/v1/rejects?limit={}{}&cursor={}>; rel=\"next\"", limit,
                                               call.format == present::Format::csv ? "&format=csv" : "", *next)});
  }
  document.body = std::move(out).str();
  return document;
}

Result<Document> get_reject(Call& call) {
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto row = reject_of(call);
  if (!row) return tl::unexpected(row.error());
  std::ostringstream out;
  present::write_reject(out, *row, call.store.reject_bytes(row->id).value_or(""), present::Format::json, {});
  Document document;
  document.body = std::move(out).str();
  return document;
}

Result<Document> get_reject_raw(Call& call) {
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto row = reject_of(call);
  if (!row) return tl::unexpected(row.error());
  Document document;
  document.content_type = "application/octet-stream";
  document.headers = {{"Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'"},
                      {"Content-Disposition",
                       format("attachment; filename=\"reject-{}.{}\"", row->id, row->whole_message ? "eml" : "bin")}};
  document.body = call.store.reject_bytes(row->id).value_or("");
  document.keep = false;
  return document;
}

Response retry_reject(Call& call) {
  const auto row = reject_of(call);
  if (!row) return refusal(row.error());
  ingest::RetryOutcome outcome;
  call.service.write_freely(call.live, [&](store::Store& store) {
    outcome = ingest::retry_rejects(store, call.service.parts().clock, call.live.ingest, {row->id});
  });
  log::info(format("http: reject {} read again by {}", row->id, printable(call.identity.name)));
  std::ostringstream out;
  present::write_retry(out, outcome, present::Format::json, {});
  return respond(200, "application/json", std::move(out).str());
}

Response drop_reject(Call& call) {
  const auto row = reject_of(call);
  if (!row) return refusal(row.error());
  call.service.write(call.live, [&](store::Store& store) { store.drop_reject(row->id); });
  log::info(format("http: reject {} dropped by {}", row->id, printable(call.identity.name)));
  return nothing_to_say();
}

Response intake(Call& call) {
  if (call.request.body.empty()) return problem(400, "empty_body", "the body is a mail or a report document");
  const std::string by = call.identity.name.empty() ? "http" : "http " + call.identity.name;
  const Instant now = call.service.parts().clock.now();
  Delivered mailbox("intake", format("intake:{} {}", to_iso(now), by), call.request.body);
  ingest::Outcome outcome;
  Result<void> ran;
  call.service.write_freely(call.live, [&](store::Store& store) {
    ingest::Options options = call.live.ingest;
    options.readers = 0;
    ingest::Worker worker(&store, call.service.parts().clock, options);
    ran = worker.run(mailbox, [] { return false; }, {});
    outcome = worker.outcome();
  });
  if (!ran) return refusal(ran.error());
  std::ostringstream out;
  present::write(out, outcome, present::Format::json, {});
  return respond(200, "application/json", std::move(out).str());
}

}  // namespace ruagate::http
