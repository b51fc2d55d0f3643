#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "answer/answer.hpp"
#include "http/access.hpp"
#include "http/message.hpp"
#include "http/service.hpp"
#include "http/target.hpp"
#include "present/present.hpp"

// What can be asked, and who may ask it. schema/api/openapi.yaml describes the same; a test compares them.
namespace ruagate::http {

/// One request on its way through a handler.
struct Call {
  Service& service;
  const Request& request;
  Params& params;
  const std::vector<std::string>& path;  ///< What stands for the {names} of the pattern.
  const Identity& identity;
  const Live& live;
  store::Store& store;
  present::Format format = present::Format::json;

  answer::KeptStudies* studies = nullptr;

  answer::Asked asked() const {
    return {store, service.parts().org_domains, live.config, service.parts().clock, studies};
  }
};

/// What a question is answered with.
struct Document {
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers;
  bool keep = true;  ///< May be given again from memory.
  /// What it was made from, where that is older than what is there now.
  std::optional<Basis> basis;
};

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< "/api/v1/domains/{domain}/readiness"
  unsigned scope = 0;
  /// Whose facts the answer is made from: the first name of the path, or all.
  enum class Basis : std::uint8_t { none, all, domain } basis = Basis::none;
  bool is_table = false;  ///< Also as CSV.
  /// One of the two. A document is answered from memory while its basis stays the same.
  Result<Document> (*document)(Call&) = nullptr;
  Response (*respond)(Call&) = nullptr;
  /// Bytes that a body may have; 0: the small limit of forms.
  bool takes_mail = false;
};

std::span<const Route> routes();

/// What became of matching a path.
struct Match {
  const Route* route = nullptr;
  std::vector<std::string> path;
  std::string allowed;  ///< Methods of the pattern that fits; empty: there is none.
};
Match match(std::string_view method, const std::vector<std::string>& segments);

/// The response for what a question could not be answered with.
Response refusal(const Error& error);

// Handlers, by file.
// api_domains.cpp
Result<Document> get_domains(Call& call);
Result<Document> get_readiness(Call& call);
Result<Document> get_sources(Call& call);
Result<Document> get_source(Call& call);
Result<Document> get_timeline(Call& call);
Result<Document> get_impact(Call& call);
Result<Document> get_summary(Call& call);
// api_reports.cpp
Result<Document> get_reports(Call& call);
Result<Document> get_report(Call& call);
Result<Document> get_report_records(Call& call);
Result<Document> get_report_raw(Call& call);
Result<Document> get_records(Call& call);
Response accept_report(Call& call);
// api_rejects.cpp
Result<Document> get_rejects(Call& call);
Result<Document> get_reject(Call& call);
Result<Document> get_reject_raw(Call& call);
Response retry_reject(Call& call);
Response drop_reject(Call& call);
Response intake(Call& call);
// api_senders.cpp
Result<Document> get_senders(Call& call);
Response put_sender(Call& call);
Response delete_sender(Call& call);
Response put_acknowledgement(Call& call);
Response delete_acknowledgement(Call& call);
// api_service.cpp
Response get_mailboxes(Call& call);
Response get_health(Call& call);
Response get_metrics(Call& call);
Response get_session(Call& call);
Response log_in(Call& call);
Response log_out(Call& call);
Response get_readyz(Call& call);

}  // namespace ruagate::http
