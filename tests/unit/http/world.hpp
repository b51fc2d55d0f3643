#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "http/service.hpp"

namespace ruagate::test {

/// A folder that goes away again; without GoogleTest, for the fuzzer.
class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "ruagate-http-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot create a temporary folder");
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

/// A service over a database of its own, without sockets. Today is 2026-11-21.
class ServiceWorld {
 public:
  explicit ServiceWorld(std::vector<web::Asset> assets = {}) : assets_(std::move(assets)) {
    auto live = std::make_shared<http::Live>();
    live->config.store.path = (dir_ / "x.db");
    store::Store made(live->config.store.path, store::OpenMode::write);
    made.begin();
    report::Report report;
    report.reporter = "google.com";
    report.report_id = "1";
    report.begin = Instant{*parse_day("2026-11-19")};
    report.end = report.begin + std::chrono::hours{23};
    report.policy.domain = "example.com";
    report.policy.p = report::Policy::none;
    report::Record record;
    record.source_ip = IpAddress::parse("192.0.2.1");
    record.message_count = 10;
    record.disposition = report::Disposition::none;
    record.dkim_aligned = report::AlignmentResult::pass;
    record.evidence.author_domain = "example.com";
    record.evidence.dkim = {{"example.com", "s1", report::DkimResult::pass, ""}};
    report.records = {record};
    made.insert(report, {"test", Instant{*parse_day("2026-11-20")}, report::Trust::unverified},
                {"<feedback/>", store::RawEncoding::plain});
    made.commit();
    live_ = live;
    start_again("");
  }

  /// As when the service has ended and begins again, with the configuration that it had first.
  void start_again(const std::string& program) {
    reader_ = http::Reader();
    service_ = std::make_unique<http::Service>(
        http::Parts{clock_, org_domains_, "1.2.3", program, assets_, [] { return answer::ServiceStatus{}; },
                    [this] {
                      if (meanwhile) meanwhile();
                      return false;
                    }},
        live_);
  }

  http::Response ask(http::Request request) {
    if (request.method.empty()) request.method = "GET";
    request.peer = *IpAddress::parse("127.0.0.1");
    if (request.count("host") == 0) request.headers.push_back({"host", "localhost"});
    return service_->handle(reader_, request);
  }
  http::Response get(const std::string& target, std::vector<http::Header> headers = {}) {
    http::Request request;
    request.target = target;
    request.headers = std::move(headers);
    return ask(std::move(request));
  }
  http::Service& service() { return *service_; }
  http::Reader& reader() { return reader_; }
  std::string path() const { return live_->config.store.path; }
  void configure(const config::Config& config) {
    auto live = std::make_shared<http::Live>();
    live->config = config;
    live->config.store.path = path();
    live->generation = ++generation_;
    service_->configure(live);
  }
  void now(Instant instant) { clock_.set(instant); }
  static report::Decision a_decision() {
    report::Decision decision;
    decision.domain = "example.com";
    decision.what = "192.0.2.1";
    return decision;
  }
  /// As another process does.
  void decide_elsewhere() const {
    store::Store other(path(), store::OpenMode::write);
    other.begin();
    other.set_decision(a_decision());
    other.commit();
  }
  static std::string header(const http::Response& response, std::string_view name) {
    for (const http::Header& header : response.headers) {
      if (header.name == name) return header.value;
    }
    return "";
  }
  static std::string body(const http::Response& response) { return response.body ? *response.body : ""; }

  std::vector<web::Asset> assets_;
  std::function<void()> meanwhile;  ///< Called now and then while something is worked out.

 private:
  Folder dir_;
  FixedClock clock_{Instant{*parse_day("2026-11-21")}};
  domain::OrgDomains org_domains_;
  std::shared_ptr<const http::Live> live_;
  std::unique_ptr<http::Service> service_;
  http::Reader reader_;
  std::uint64_t generation_ = 0;
};

}  // namespace ruagate::test
