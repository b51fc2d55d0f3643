#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/loop/judge.hpp"
#include "sim/loop/mailday.hpp"

namespace ruagate::sim::loop {

/// Messages of one source by their true sender.
struct Members {
  struct Part {
    std::uint64_t messages = 0;
    std::uint64_t failing = 0;
    std::uint64_t undermarked = 0;  ///< Without aligned DKIM.
  };
  std::map<std::uint32_t, Part> parts;
  /// The sender behind most of what fails there; of all where nothing does.
  std::uint32_t main() const;
};

/// Which true senders stand behind each source that the product sees.
std::map<std::string, Members> members_of(const Situation& situation, const domain::OrgDomains& org_domains);

/// Does what the owner of a domain does: answers in 0 to 10 days, repairs in 2 to 14 what was named with the right
/// advice, and in 14 to 28 what was named with the wrong one.
class Owner {
 public:
  Owner(History& history, const domain::OrgDomains& org_domains, const std::vector<Actor>& actors)
      : history_(history), org_domains_(org_domains), actors_(actors) {}

  /// What is due on `day`.
  void act(Day day);
  void hear(const Situation& situation, const Opinion& opinion);
  const std::vector<report::Decision>& decisions() const { return decisions_; }
  /// Day of a stream's last repair.
  std::optional<Day> repaired(std::size_t stream) const;

 private:
  void plan_repair(std::size_t stream, const std::string& code, Day today);
  void plan_answer(const std::string& key, const Members& members, Day today, bool retired = false);
  int delay(std::string_view what, Day today, int low, int high) const;

  History& history_;
  const domain::OrgDomains& org_domains_;
  const std::vector<Actor>& actors_;
  std::vector<report::Decision> decisions_;
  std::map<std::size_t, Day> repairs_;
  std::map<std::size_t, Day> repaired_;
  std::map<std::string, std::pair<Day, report::Decision>> answers_;
  std::optional<Day> acknowledge_;
  bool acknowledged_ = false;
  std::map<std::string, Members> members_;
  std::optional<Day> looked_;
};

}  // namespace ruagate::sim::loop
