// Questions about domains.
#include <sstream>

#include "answer/overview.hpp"
#include "http/routes.hpp"
#include "present/service.hpp"

namespace ruagate::http {

namespace {

/// What `write` writes, as JSON or CSV.
template <class Write>
Document written(const Call& call, Write&& write) {
  std::ostringstream out;
  write(out);
  Document document;
  if (call.format == present::Format::csv) document.content_type = "text/csv; charset=utf-8";
  document.body = std::move(out).str();
  return document;
}

std::optional<readiness::Ladder> ladder_of(Params& params) {
  const auto name = params.one_of("ladder", {"pct", "testing"});
  if (!name) return std::nullopt;
  return *name == "pct" ? readiness::Ladder::pct : readiness::Ladder::testing;
}

answer::WindowRequest window_of(Params& params) {
  answer::WindowRequest window;
  if (const auto days = params.integer("days", 1, 36'500)) window.days = static_cast<int>(*days);
  window.as_of = params.day("as_of");
  window.since = params.day("since");
  window.until = params.day("until");
  return window;
}

}  // namespace

Result<Document> get_domains(Call& call) {
  const auto as_of = call.params.day("as_of");
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto overview = call.service.overview(call.asked(), call.live, as_of);
  Document document = written(call, [&](std::ostream& out) { present::write(out, *overview.value, call.format); });
  document.basis = overview.basis;
  return document;
}

Result<Document> get_readiness(Call& call) {
  const auto as_of = call.params.day("as_of");
  const auto ladder = ladder_of(call.params);
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto answer = answer::readiness(call.asked(), {call.path[0]}, as_of, ladder);
  if (!answer) return tl::unexpected(answer.error());
  return written(call, [&](std::ostream& out) { present::write(out, answer->domains.at(0)); });
}

Result<Document> get_sources(Call& call) {
  const auto window = window_of(call.params);
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto answer = answer::sources(call.asked(), call.path[0], window);
  if (!answer) return tl::unexpected(answer.error());
  return written(call, [&](std::ostream& out) { present::write(out, *answer, call.format, {}); });
}

Result<Document> get_source(Call& call) {
  const auto window = window_of(call.params);
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto page = answer::source_page(call.asked(), call.path[0], call.path[1], window);
  if (!page) return tl::unexpected(page.error());
  return written(call, [&](std::ostream& out) { present::write(out, *page); });
}

Result<Document> get_timeline(Call& call) {
  const auto since = call.params.day("since");
  const auto until = call.params.day("until");
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto answer = answer::timeline(call.asked(), call.path[0], since, until);
  if (!answer) return tl::unexpected(answer.error());
  return written(call, [&](std::ostream& out) { present::write(out, *answer, call.format); });
}

Result<Document> get_impact(Call& call) {
  const auto as_of = call.params.day("as_of");
  const auto ladder = ladder_of(call.params);
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto answer = answer::impact(call.asked(), call.path[0], as_of, ladder);
  if (!answer) return tl::unexpected(answer.error());
  return written(call, [&](std::ostream& out) { present::write(out, *answer); });
}

Result<Document> get_summary(Call& call) {
  const auto name = call.params.one_of("period", {"day", "week", "month"}).value_or("day");
  const auto as_of = call.params.day("as_of");
  const auto domain = call.params.text("domain");
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  const auto period = name == "day"    ? answer::Period::day
                      : name == "week" ? answer::Period::week
                                       : answer::Period::month;
  std::vector<std::string> domains;
  if (domain) domains.push_back(*domain);
  const auto answer = answer::summary(call.asked(), period, domains, as_of);
  if (!answer) return tl::unexpected(answer.error());
  return written(call, [&](std::ostream& out) { present::write(out, *answer, present::Format::json, {}); });
}

}  // namespace ruagate::http
