#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "answer/answer.hpp"
#include "answer/common.hpp"

namespace ruagate::answer {

/// The facts of one domain, read once, and what was found out about them: several questions about a domain that are
/// asked at about the same time share it. From any thread.
class Study {
 public:
  /// `org_domains` must outlive it.
  Study(Loaded loaded, const domain::OrgDomains& org_domains, config::ReadinessSettings settings)
      : loaded_(std::move(loaded)),
        settings_(std::move(settings)),
        judge_(loaded_.facts, loaded_.decisions, org_domains, settings_) {}
  Study(const Study&) = delete;
  Study& operator=(const Study&) = delete;

  const report::DomainFacts& facts() const { return loaded_.facts; }
  const Loaded& loaded() const { return loaded_; }
  /// Those of the facts as seen on `day`.
  std::shared_ptr<const source::Classified> classified(Day day) {
    const std::lock_guard hold(lock_);
    return judge_.classifications().on(day);
  }
  /// Calls `use` with the judge, which is for one thread at a time.
  template <class Use>
  auto with_judge(Use&& use) {
    const std::lock_guard hold(lock_);
    return use(judge_);
  }

 private:
  Loaded loaded_;
  config::ReadinessSettings settings_;
  std::mutex lock_;
  readiness::Judge judge_;
};

/// Reads what is known of the days first..last of a domain; `span`: the days that it has reports of.
std::shared_ptr<Study> study(const Asked& asked, const std::string& domain, Day first, Day last,
                             const std::optional<store::DomainSpan>& span);

}  // namespace ruagate::answer
