#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "answer/health.hpp"
#include "base/time.hpp"
#include "config/config.hpp"
#include "domain/org_domain.hpp"
#include "http/access.hpp"
#include "http/at_hand.hpp"
#include "http/cache.hpp"
#include "http/message.hpp"
#include "http/metrics.hpp"
#include "ingest/ingest.hpp"
#include "store/store.hpp"
#include "web/assets.hpp"

// The service without sockets: a request in, a response out.
namespace ruagate::http {

/// What a new configuration replaces as a whole.
struct Live {
  config::Config config;
  ingest::Options ingest;
  std::uint64_t generation = 0;
};

/// What the service is made of; all of it outlives the service.
struct Parts {
  const Clock& clock;
  const domain::OrgDomains& org_domains;
  std::string version;
  /// What tells this program, and what it judges by beside configuration and facts, from others; empty: nothing that it
  /// worked out is kept for the next start.
  std::string program;
  std::span<const web::Asset> assets;
  /// What the other parts of the process say of themselves.
  std::function<answer::ServiceStatus()> status;
  /// Once true, work that takes long ends.
  std::function<bool()> stop;
};

/// What one thread needs to answer: its own connection for reading. Opened when first used and again after a failure.
class Reader {
 public:
  /// Throws StoreError.
  store::Store& store(const Live& live, const std::function<bool()>& stop);
  void forget() { store_.reset(); }

 private:
  std::optional<store::Store> store_;
  std::string path_;
  std::uint64_t generation_ = 0;
};

class Service {
 public:
  Service(Parts parts, std::shared_ptr<const Live> live);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// From now on; what is being answered goes on with the old one.
  void configure(std::shared_ptr<const Live> live);

  /// Judges a request by its head, before its body is read: the response that refuses it, or how large the body may be.
  struct Admission {
    std::optional<Response> refusal;
    std::uint64_t max_body = 0;
  };
  Admission admit(Reader& reader, const Request& head);

  /// The response to a request for a document that was given before, when nothing has changed since: without a look
  /// into the database, so that no thread for it is needed. Nothing where that cannot be said, or for anything else.
  std::optional<Response> at_once(const Request& request);

  /// Answers; never throws. Bodies of HEAD are left to the caller, who needs their length.
  Response handle(Reader& reader, const Request& request);

  /// Works out what the overview needs, as far as it is not there already. Once `stop` says so, not the rest; what is
  /// worked out until then need not be again.
  void work_out(Reader& reader, const std::function<bool()>& stop);
  /// The same and what the state of the service needs, and keeps the overview in the database for the next start, at
  /// most once a minute.
  void warm(Reader& reader);
  /// Lets go of what is kept in memory for questions that come together, when none has come for some seconds.
  void tidy();

  Metrics& metrics() { return metrics_; }

  // For the handlers.
  const Parts& parts() const { return parts_; }
  Access& access() { return access_; }
  Throttle& throttle() { return throttle_; }
  std::shared_ptr<const Live> live() const;
  /// Changes the database in one transaction of its own; what `change` throws rolls it back. Waits its turn for at most
  /// ten seconds (StoreError). Answers given from now on know of it.
  void write(const Live& live, const std::function<void(store::Store&)>& change);
  /// The same for what makes its own transactions.
  void write_freely(const Live& live, const std::function<void(store::Store&)>& change);
  /// What answers are made from; `domain`: empty for all.
  Basis basis(store::Store& store, const Live& live, const std::string& domain) const;
  std::string basis_settings(const Live& live) const;
  /// With what it was made from: while it is worked out anew for some, others are given the one before, where only
  /// facts have changed.
  template <class T>
  struct Made {
    std::shared_ptr<const T> value;
    Basis basis;
  };
  Made<answer::OverviewAnswer> overview(const answer::Asked& asked, const Live& live, std::optional<Day> as_of);
  std::shared_ptr<const answer::HealthAnswer> health(const answer::Asked& asked, const Live& live);
  /// For one request: the facts of domains that were asked about lately are kept for the next one.
  std::unique_ptr<answer::KeptStudies> studies(store::Store& store, const Live& live);

 private:
  struct Exchange;
  Response answer_or_refuse(Reader& reader, const Request& request, std::string& route_name);
  Response api(Exchange& exchange);
  Response document(Exchange& exchange);
  /// What every response has, and what is said of it.
  void finish(const Request& request, const std::string& route_name, std::chrono::steady_clock::time_point begin,
              Response& response);
  void refresh_tokens(store::Store& store);
  std::optional<Response> refuse_by_access(Exchange& exchange);

  /// A value that is used again while its basis is fresh.
  template <class T>
  struct Kept {
    std::mutex working;  ///< Held by the one who works it out; taken before `lock`.
    std::mutex lock;     ///< Of all that follows.
    Made<T> made;
    std::chrono::steady_clock::time_point made_at{};
    std::chrono::steady_clock::duration cost{};
  };
  template <class T, class Make>
  Made<T> keep(Kept<T>& kept, const Basis& basis, Make&& make);

  class GlanceKeeper;
  class StudyKeeper;
  /// The facts of a domain that was asked about lately.
  struct KeptStudy {
    std::string domain;
    Day first{};
    Day last{};
    Basis basis;
    bool is_large = false;
    std::shared_ptr<answer::Study> study;
    std::chrono::steady_clock::time_point used_at{};
  };
  /// Those of a large domain take most of a hundred megabytes: of such there is one at a time. Small ones wait for
  /// nobody.
  struct Studies {
    std::mutex lock;  ///< Never held while facts are read.
    std::condition_variable changed;
    std::list<KeptStudy> studies;  ///< The one used last in front; of each domain at most one.
    std::set<std::string> making;  ///< Domains whose facts are being read.
    bool large_making = false;
  };
  struct Glance {
    Basis basis;
    answer::DomainGlance glance;
  };

  Parts parts_;
  mutable std::mutex live_lock_;
  std::shared_ptr<const Live> live_;
  Access access_;
  Throttle throttle_;
  AnswerCache cache_;
  AtHand at_hand_;
  Metrics metrics_;
  std::string salt_;                       ///< Tags of another process never match.
  std::atomic<std::uint64_t> changes_{0};  ///< Made by this service.

  std::mutex write_lock_;
  std::optional<store::Store> writer_;
  std::string writer_path_;
  std::atomic<std::int64_t> write_until_{0};

  /// What glances of today are made by, beside facts: of this configuration.
  std::string glance_settings(const Live& live) const;
  void ahead(Reader& reader, const std::function<bool()>& stop,
             const std::function<void(const answer::Asked&, const Live&)>& work);
  void keep_glances(const Live& live);
  /// Waits its turn as write() does; `counts`: answers can be others from now on.
  void change(const Live& live, bool counts, const std::function<void(store::Store&)>& what);

  std::mutex glances_lock_;
  std::map<std::string, Glance> glances_;
  std::string glances_read_;           ///< The settings of which the database was asked.
  std::set<std::string> glances_new_;  ///< Domains whose glance the database does not have yet.
  std::optional<std::chrono::steady_clock::time_point> glances_kept_at_;
  Kept<answer::OverviewAnswer> overview_;
  Kept<answer::HealthAnswer> health_;
  Studies studies_;
};

}  // namespace ruagate::http
