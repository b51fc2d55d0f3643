#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "domain/org_domain.hpp"
#include "readiness/verdict.hpp"
#include "sim/loop/history.hpp"
#include "sim/loop/log.hpp"
#include "source/source.hpp"

// Those who are asked each morning whether the policy may be raised: the product, simple rules, and one who knows.
namespace ruagate::sim::loop {

/// A sender that somebody named as a reason to wait.
struct Named {
  std::string key;
  bool undecided = false;  ///< "Is it yours?"
  std::string code;
  std::size_t stream = 0;  ///< Only from one who knows.
};

enum class Move : std::uint8_t { stay, raise, lower };

struct Opinion {
  Move move = Move::stay;
  std::size_t step = 0;  ///< Where to go.
  bool holds = false;    ///< Staying because of something found, not for lack of data.
  bool wants_acknowledgement = false;
  std::vector<Named> named;
  std::optional<double> rate_low;  ///< Lower bound of the aligned rate of legitimate mail.
  std::string reason;
};

struct Situation {
  const History& history;
  const FactsLog& log;
  Day today{};
  std::span<const report::Decision> decisions;
  std::size_t step = 0;
  Day since{};                        ///< Of the step.
  std::span<const DayReport> news{};  ///< The reports that came in this morning.
};

class Judge {
 public:
  virtual ~Judge() = default;
  virtual Opinion ask(const Situation& situation) = 0;
};

/// What a verdict of the product tells the owner.
Opinion opinion_of(const readiness::DomainVerdict& verdict);
std::unique_ptr<Judge> product(const domain::OrgDomains& org_domains, const config::ReadinessSettings& settings);
/// Names of what can be taken away from the product, to see what it is worth.
const std::vector<std::string>& ablations();
/// The product without one of its parts: "design effect", "memory" (only the statistics window is known), "homes" (a
/// signature of the domain's own is direct mail wherever it comes from), "tenants" (on platforms that many share, no
/// customer's name is seen), "score" (no candidates).
std::unique_ptr<Judge> ablated(const std::string& name, const domain::OrgDomains& org_domains);
/// The raw pass rate of 14 days is 95 % or more.
std::unique_ptr<Judge> raw_pass_rate();
/// Every source that the product calls legitimate passes 95 % in 14 days, whatever it did before.
std::unique_ptr<Judge> source_pass_rate(const domain::OrgDomains& org_domains);
/// The next step each time its days are over.
std::unique_ptr<Judge> calendar();
/// Knows who sends, and what will be sent.
std::unique_ptr<Judge> oracle();

/// Days that everybody spends on a step before `step`: docs/readiness.md, `days_on_step`.
int least_days(const History& history, Day today, std::size_t step);

/// Share of the legitimate mail of the next four weeks that fails if nothing more breaks; a rare sender's next run is
/// spread over its period. With `to_come`, services that will start in that time count too.
double failing_share(const History& history, Day today, bool to_come);

}  // namespace ruagate::sim::loop
