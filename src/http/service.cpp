#include "http/service.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "answer/answer.hpp"
#include "answer/study.hpp"
#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "base/sha256.hpp"
#include "http/workers.hpp"
#include "present/kept_glance.hpp"

namespace ruagate::http {

namespace {

constexpr std::chrono::seconds kWritePatience{10};
/// Cells of a domain, each some thirty bytes of memory and as much again while it is judged; the busiest of a database
/// of ten million records has a million of them.
constexpr std::uint64_t kLargeStudy = 100'000;
constexpr std::size_t kKeptStudies = 8;

std::int64_t steady_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

store::Store& Reader::store(const Live& live, const std::function<bool()>& stop) {
  if (!store_ || path_ != live.config.store.path) {
    store_.reset();
    store_.emplace(live.config.store.path, store::OpenMode::read);
    store_->interrupt_when(stop);
    path_ = live.config.store.path;
    generation_ = live.generation + 1;  // not yet set up for this one
  }
  if (generation_ != live.generation) {
    store_->count(answer::counted_by(live.config.readiness));
    generation_ = live.generation;
  }
  return *store_;
}

Service::Service(Parts parts, std::shared_ptr<const Live> live)
    : parts_(std::move(parts)),
      live_(std::move(live)),
      access_(parts_.clock),
      cache_(static_cast<std::size_t>(live_->config.http.cache_mib) << 20),
      salt_(random_text()) {}

Service::~Service() = default;

void Service::configure(std::shared_ptr<const Live> live) {
  const std::lock_guard hold(live_lock_);
  live_ = std::move(live);
}

std::shared_ptr<const Live> Service::live() const {
  const std::lock_guard hold(live_lock_);
  return live_;
}

void Service::change(const Live& live, bool counts, const std::function<void(store::Store&)>& what) {
  write_until_ = steady_seconds() + kWritePatience.count();
  std::unique_lock hold(write_lock_, std::try_to_lock);
  if (!hold) {
    const Workers::Aside aside;
    hold.lock();
  }
  write_until_ = steady_seconds() + kWritePatience.count();
  try {
    if (!writer_ || writer_path_ != live.config.store.path) {
      writer_.reset();
      writer_.emplace(live.config.store.path, store::OpenMode::write);
      writer_->give_up_when([this] { return steady_seconds() > write_until_ || parts_.stop(); });
      writer_path_ = live.config.store.path;
    }
    writer_->count(answer::counted_by(live.config.readiness));
    what(*writer_);
    if (counts) ++changes_;
  } catch (const store::StoreError&) {
    if (writer_) writer_->rollback();
    writer_.reset();
    throw;
  } catch (...) {
    if (writer_) writer_->rollback();
    throw;
  }
}

void Service::write_freely(const Live& live, const std::function<void(store::Store&)>& change) {
  this->change(live, true, change);
}

void Service::write(const Live& live, const std::function<void(store::Store&)>& change) {
  write_freely(live, [&](store::Store& store) {
    store.begin();
    change(store);
    store.commit();
  });
}

std::string Service::basis_settings(const Live& live) const {
  return format("{} {} {} {}", salt_, live.generation, changes_.load(), day_number(day_of(parts_.clock.now())));
}

Basis Service::basis(store::Store& store, const Live& live, const std::string& domain) const {
  Basis basis;
  basis.settings = basis_settings(live);
  if (!domain.empty()) basis.data = store.version(domain);
  // A domain without facts of its own is answered from those of another.
  if (domain.empty() || basis.data == store::DataVersion{}) basis.data = store.version();
  return basis;
}

template <class T, class Make>
Service::Made<T> Service::keep(Kept<T>& kept, const Basis& basis, Make&& make) {
  const auto look = [&](bool may_be_older) -> Made<T> {
    const std::lock_guard hold(kept.lock);
    Answer as_answer;  // the rule of reuse is the same
    as_answer.basis = kept.made.basis;
    as_answer.made_at = kept.made_at;
    as_answer.cost = kept.cost;
    const Basis& of = kept.made.basis;
    const bool is_usable = as_answer.is_fresh(basis, std::chrono::steady_clock::now()) ||
                           (may_be_older && of.settings == basis.settings && of.data.decisions == basis.data.decisions);
    return kept.made.value && is_usable ? kept.made : Made<T>{};
  };
  if (Made<T> fresh = look(false); fresh.value) return fresh;
  std::unique_lock working(kept.working, std::try_to_lock);
  if (!working) {
    if (Made<T> before = look(true); before.value) return before;
    const Workers::Aside aside;
    working.lock();
  }
  if (Made<T> fresh = look(false); fresh.value) return fresh;
  const auto begin = std::chrono::steady_clock::now();
  Made<T> made{std::make_shared<const T>(make()), basis};
  const std::lock_guard hold(kept.lock);
  kept.made = made;
  kept.made_at = std::chrono::steady_clock::now();
  kept.cost = kept.made_at - begin;
  return made;
}

std::string Service::glance_settings(const Live& live) const {
  return format("{} {} {}", parts_.program, to_hex(sha256(config::show(live.config))),
                to_iso(day_of(parts_.clock.now())));
}

/// Glances by the data version that each domain had before it was read. Those that an earlier start left in the
/// database are as good.
class Service::GlanceKeeper final : public answer::KeptGlances {
 public:
  GlanceKeeper(Service& service, store::Store& store, std::string settings)
      : service_(service), store_(store), settings_(std::move(settings)) {
    if (service_.parts_.program.empty()) return;
    const std::lock_guard hold(service_.glances_lock_);
    if (service_.glances_read_ == settings_) return;
    for (const store::KeptGlance& kept : store_.glances(settings_)) {
      auto glance = present::unpack_glance(kept.packed);
      if (!glance || glance->domain != kept.domain) continue;
      service_.glances_.insert_or_assign(kept.domain, Glance{{settings_, kept.version}, std::move(*glance)});
      service_.glances_new_.erase(kept.domain);
    }
    service_.glances_read_ = settings_;
  }

  std::optional<answer::DomainGlance> find(const std::string& domain) override {
    if (service_.parts_.stop()) throw store::StoreError("the service is stopping");
    const Basis now{settings_, store_.version(domain)};
    const std::lock_guard hold(service_.glances_lock_);
    const auto hit = service_.glances_.find(domain);
    if (hit != service_.glances_.end() && hit->second.basis == now) return hit->second.glance;
    bases_.insert_or_assign(domain, now);
    return std::nullopt;
  }

  void keep(const answer::DomainGlance& glance) override {
    if (service_.parts_.stop()) throw store::StoreError("the service is stopping");
    const std::lock_guard hold(service_.glances_lock_);
    service_.glances_.insert_or_assign(glance.domain, Glance{bases_.at(glance.domain), glance});
    service_.glances_new_.insert(glance.domain);
  }

 private:
  Service& service_;
  store::Store& store_;
  std::string settings_;
  std::map<std::string, Basis> bases_;
};

void Service::keep_glances(const Live& live) {
  constexpr std::chrono::minutes kEvery{1};
  if (parts_.program.empty()) return;
  const std::string settings = glance_settings(live);
  std::vector<store::KeptGlance> rows;
  {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard hold(glances_lock_);
    if (glances_new_.empty() || (glances_kept_at_ && now - *glances_kept_at_ < kEvery)) return;
    for (const std::string& domain : glances_new_) {
      const Glance& glance = glances_.at(domain);
      if (glance.basis.settings == settings) {
        rows.push_back({domain, glance.basis.data, present::pack(glance.glance)});
      }
    }
  }
  change(live, false, [&](store::Store& store) {
    store.begin();
    store.keep_glances(settings, rows);
    store.commit();
  });
  const std::lock_guard hold(glances_lock_);  // Only now: what failed is tried again.
  glances_kept_at_ = std::chrono::steady_clock::now();
  std::erase_if(glances_new_, [&](const std::string& domain) {
    const Glance& glance = glances_.at(domain);
    return glance.basis.settings != settings || std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
             return row.domain == domain && row.version == glance.basis.data;
           });
  });
}

/// The studies that were used last, as long as nothing has changed. Who asks for one while it is made waits: that is
/// quicker than to make it once more, and takes half of the memory. Those of other domains are made beside it.
class Service::StudyKeeper final : public answer::KeptStudies {
 public:
  StudyKeeper(Service& service, store::Store& store, const Live& live)
      : service_(service), store_(store), live_(live) {}

  std::shared_ptr<answer::Study> get(const std::string& domain, Day first, Day last,
                                     const std::function<std::shared_ptr<answer::Study>()>& make) override {
    Studies& kept = service_.studies_;
    KeptStudy wanted{domain, first, last, {}, false, nullptr, {}};
    std::unique_lock hold(kept.lock);
    while (true) {
      hold.unlock();
      wanted.basis = service_.basis(store_, live_, domain);  // before anything is read
      hold.lock();
      if (auto study = find(kept, wanted)) return study;
      if (!kept.making.contains(domain)) break;
      const Workers::Aside aside;
      kept.changed.wait(hold);
    }
    Turn turn(kept, hold, domain);
    hold.unlock();
    wanted.is_large = store_.cells(domain, first, last) >= kLargeStudy;
    hold.lock();
    if (wanted.is_large) turn.wait_for_large();
    make_room_for(kept, wanted);
    hold.unlock();
    wanted.study = make();
    wanted.used_at = std::chrono::steady_clock::now();
    hold.lock();
    make_room_for(kept, wanted);
    kept.studies.push_front(wanted);
    return wanted.study;
  }

 private:
  /// The right to read the facts of a domain. Begins and ends under the lock, which it takes again where it was let go.
  class Turn {
   public:
    Turn(Studies& kept, std::unique_lock<std::mutex>& hold, std::string domain)
        : kept_(kept), hold_(hold), domain_(std::move(domain)) {
      kept_.making.insert(domain_);
    }
    ~Turn() {
      if (!hold_.owns_lock()) hold_.lock();
      kept_.making.erase(domain_);
      if (is_large_) kept_.large_making = false;
      kept_.changed.notify_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    void wait_for_large() {
      const Workers::Aside aside;
      kept_.changed.wait(hold_, [this] { return !kept_.large_making; });
      kept_.large_making = true;
      is_large_ = true;
    }

   private:
    Studies& kept_;
    std::unique_lock<std::mutex>& hold_;
    std::string domain_;
    bool is_large_ = false;
  };

  static std::shared_ptr<answer::Study> find(Studies& kept, const KeptStudy& wanted) {
    const auto hit = std::find_if(kept.studies.begin(), kept.studies.end(), [&](const KeptStudy& one) {
      return one.domain == wanted.domain && one.first == wanted.first && one.last == wanted.last &&
             one.basis == wanted.basis;
    });
    if (hit == kept.studies.end()) return nullptr;
    hit->used_at = std::chrono::steady_clock::now();
    kept.studies.splice(kept.studies.begin(), kept.studies, hit);
    return hit->study;
  }

  /// Older ones of the same domain go, and the large one where another comes.
  static void make_room_for(Studies& kept, const KeptStudy& wanted) {
    kept.studies.remove_if(
        [&](const KeptStudy& one) { return one.domain == wanted.domain || (one.is_large && wanted.is_large); });
    if (kept.studies.size() >= kKeptStudies) kept.studies.pop_back();
  }

  Service& service_;
  store::Store& store_;
  const Live& live_;
};

std::unique_ptr<answer::KeptStudies> Service::studies(store::Store& store, const Live& live) {
  return std::make_unique<StudyKeeper>(*this, store, live);
}

void Service::tidy() {
  constexpr std::chrono::seconds kNoLonger{10};
  const std::lock_guard hold(studies_.lock);
  const auto now = std::chrono::steady_clock::now();
  studies_.studies.remove_if([&](const KeptStudy& one) { return now - one.used_at > kNoLonger; });
}

Service::Made<answer::OverviewAnswer> Service::overview(const answer::Asked& asked, const Live& live,
                                                        std::optional<Day> as_of) {
  const Day today = day_of(parts_.clock.now());
  const Basis now = basis(asked.store, live, "");
  if (as_of && *as_of != today) {
    return {std::make_shared<const answer::OverviewAnswer>(answer::overview(asked, as_of)), now};
  }
  return keep(overview_, now, [&] {
    GlanceKeeper kept(*this, asked.store, glance_settings(live));
    return answer::overview(asked, today, &kept);
  });
}

std::shared_ptr<const answer::HealthAnswer> Service::health(const answer::Asked& asked, const Live& live) {
  const auto kept = keep(health_, basis(asked.store, live, ""), [&] { return answer::health(asked); });
  auto whole = std::make_shared<answer::HealthAnswer>(*kept.value);
  answer::measure_files(*whole, live.config.store.path);
  whole->now = parts_.clock.now();
  whole->service = parts_.status();
  whole->service.version = parts_.version;
  return whole;
}

void Service::work_out(Reader& reader, const std::function<bool()>& stop) {
  ahead(reader, stop, [this](const answer::Asked& asked, const Live& live) { overview(asked, live, std::nullopt); });
}

void Service::warm(Reader& reader) {
  ahead(reader, parts_.stop, [this](const answer::Asked& asked, const Live& live) {
    overview(asked, live, std::nullopt);
    health(asked, live);
    keep_glances(live);
  });
}

void Service::ahead(Reader& reader, const std::function<bool()>& stop,
                    const std::function<void(const answer::Asked&, const Live&)>& work) {
  const auto settings = live();
  try {
    store::Store& store = reader.store(*settings, stop);
    work({store, parts_.org_domains, settings->config, parts_.clock}, *settings);
  } catch (const store::StoreError& error) {
    reader.forget();
    log::debug(error.what());
  } catch (const std::exception& error) {  // No memory for it now: whoever asks is told so.
    reader.forget();
    log::warning(std::string("the overview cannot be worked out ahead: ") + error.what());
  }
}

}  // namespace ruagate::http
