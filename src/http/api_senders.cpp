// The operator's decisions.
#include <sstream>

#include "answer/senders.hpp"
#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "domain/name.hpp"
#include "http/form.hpp"
#include "http/routes.hpp"

namespace ruagate::http {

namespace {

constexpr std::size_t kMaxNote = 4096;
constexpr std::size_t kMaxWhat = 1024;

std::string decided_by(const Call& call) {
  return call.identity.name.empty() ? "dashboard" : call.identity.name;
}

Response decisions_of(Call& call, const std::string& domain) {
  // Read where it was written: another connection could still see the state before.
  std::vector<report::Decision> decisions = call.store.decisions(domain);
  std::ostringstream out;
  present::write_decisions(out, decisions, present::Format::json, {});
  return respond(200, "application/json", std::move(out).str());
}

Response decide(Call& call, report::Decision decision) {
  decision.decided_by = decided_by(call);
  decision.decided_at = call.service.parts().clock.now();
  call.service.write(call.live, [&](store::Store& store) { store.set_decision(decision); });
  log::info(format("http: {} {} {} decided by {}", decision.domain, report::to_string(decision.kind),
                   printable(decision.what), printable(decision.decided_by)));
  return decisions_of(call, decision.domain);
}

Response forget(Call& call, const std::string& domain, const std::string& what) {
  bool was_there = false;
  call.service.write(call.live, [&](store::Store& store) { was_there = store.forget_decision(domain, what); });
  if (!was_there) return problem(404, "not_found", "there is no such decision");
  log::info(format("http: {} {} forgotten by {}", domain, printable(what), printable(decided_by(call))));
  return nothing_to_say();
}

}  // namespace

Result<Document> get_senders(Call& call) {
  const auto named = call.params.text("domain");
  if (const auto ok = call.params.finish(); !ok) return tl::unexpected(ok.error());
  std::optional<std::string> domain;
  if (named) {
    domain = domain::normalize(*named);
    if (!domain) return fail(ErrorKind::malformed, "bad_parameter", "domain: not a domain name");
  }
  std::ostringstream out;
  present::write_decisions(out, call.store.decisions(domain ? std::optional<std::string_view>(*domain) : std::nullopt),
                           call.format, {});
  Document document;
  if (call.format == present::Format::csv) document.content_type = "text/csv; charset=utf-8";
  document.body = std::move(out).str();
  return document;
}

Response put_sender(Call& call) {
  const auto form = form_of(call.request, {"decision", "note", "critical", "periodic", "retired"});
  if (!form) return form.error();
  const auto kind = text_field(*form, "decision", 20);
  const auto note = text_field(*form, "note", kMaxNote);
  const auto periodic = text_field(*form, "periodic", 20);
  const auto critical = flag_field(*form, "critical");
  const auto retired = flag_field(*form, "retired");
  for (const Error* error :
       {kind ? nullptr : &kind.error(), note ? nullptr : &note.error(), periodic ? nullptr : &periodic.error(),
        critical ? nullptr : &critical.error(), retired ? nullptr : &retired.error()}) {
    if (error != nullptr) return refusal(*error);
  }
  const auto decision_kind = report::decision_kind_from(kind->value_or(""));
  if (!decision_kind || *decision_kind == report::DecisionKind::acknowledge) {
    return problem(400, "bad_body", "decision must be approve, deny or forwarder");
  }
  if (*periodic && **periodic != "monthly" && **periodic != "quarterly") {
    return problem(400, "bad_body", "periodic must be monthly or quarterly");
  }
  const bool is_marked = *critical || *retired || periodic->has_value();
  if (is_marked && *decision_kind != report::DecisionKind::approve) {
    return problem(400, "bad_body", "critical, periodic and retired go with approve");
  }
  const auto domain = answer::domain_for_decision(call.asked(), call.path[0]);
  if (!domain) return refusal(domain.error());
  if (call.path[1].size() > kMaxWhat) return problem(400, "bad_sender", "that is too long to be a sender");
  const auto what = answer::sender_form(call.path[1]);
  if (!what) return refusal(what.error());
  report::Decision decision;
  decision.domain = *domain;
  decision.what = *what;
  decision.kind = *decision_kind;
  decision.critical = *critical;
  decision.retired = *retired;
  decision.periodic = *periodic;
  decision.note = note->value_or("");
  return decide(call, std::move(decision));
}

Response delete_sender(Call& call) {
  const auto domain = domain::normalize(call.path[0]);
  const auto what = answer::sender_form(call.path[1]);
  if (!domain || !what) return problem(404, "not_found", "there is no such decision");
  return forget(call, *domain, *what);
}

Response put_acknowledgement(Call& call) {
  const auto form = form_of(call.request, {"note"}, true);
  if (!form) return form.error();
  const auto note = text_field(*form, "note", kMaxNote);
  if (!note) return refusal(note.error());
  const auto domain = answer::domain_for_decision(call.asked(), call.path[0]);
  if (!domain) return refusal(domain.error());
  report::Decision decision;
  decision.domain = *domain;
  decision.kind = report::DecisionKind::acknowledge;
  decision.note = note->value_or("");
  return decide(call, std::move(decision));
}

Response delete_acknowledgement(Call& call) {
  const auto domain = domain::normalize(call.path[0]);
  if (!domain) return problem(404, "not_found", "there is no such decision");
  return forget(call, *domain, "");
}

}  // namespace ruagate::http
