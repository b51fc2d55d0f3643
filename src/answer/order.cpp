// Which of two verdicts is the worse news.
#include "answer/order.hpp"

#include <algorithm>
#include <tuple>

#include "answer/answer.hpp"

namespace ruagate::answer {

int rank(readiness::Verdict verdict) {
  switch (verdict) {
    case readiness::Verdict::step_back:
      return 0;
    case readiness::Verdict::hold:
      return 1;
    case readiness::Verdict::not_enough_data:
      return 2;
    case readiness::Verdict::ready:
      return 3;
    case readiness::Verdict::at_target:
      return 4;
  }
  return 5;
}

std::uint64_t at_stake(const readiness::DomainVerdict& verdict) {
  std::uint64_t failing = 0;
  for (const readiness::Blocker& blocker : verdict.blockers) {
    failing += blocker.messages - std::min(blocker.aligned, blocker.messages);
  }
  return std::max(failing, verdict.impact.legitimate_affected_worst);
}

bool is_worse(const readiness::DomainVerdict& a, const readiness::DomainVerdict& b) {
  return std::make_tuple(rank(a.verdict), ~at_stake(a), std::string_view(a.domain)) <
         std::make_tuple(rank(b.verdict), ~at_stake(b), std::string_view(b.domain));
}

}  // namespace ruagate::answer
