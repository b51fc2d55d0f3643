#include "readiness/blocking.hpp"

#include <utility>

#include "base/format.hpp"

namespace ruagate::readiness {

Gate blocking_gate(std::string name, bool ok, std::optional<double> have, std::optional<double> need,
                   std::string text) {
  Gate gate;
  gate.gate = std::move(name);
  gate.ok = ok;
  gate.blocking = true;
  gate.have = have;
  gate.need = need;
  gate.text = std::move(text);
  return gate;
}

Gate unchecked_gate(std::string name, std::string text) {
  Gate gate;
  gate.gate = std::move(name);
  gate.ok = true;
  gate.checked = false;
  gate.blocking = true;
  gate.text = std::move(text);
  return gate;
}

bool weighs(const SourceStats& stats) {
  return stats.weight != Weight::minor && stats.tally.n() > 0;
}

void Culprits::add(const SourceStats& stats, Findings& findings) {
  findings.blame(stats.source);
  mention(stats);
}

void Culprits::mention(const SourceStats& stats) {
  add_words(format("{} ({} of {} pass)", world_.source(stats).name, thousands(stats.tally.passed()),
                   thousands(stats.tally.n())));
}

void Culprits::add_words(std::string words) {
  if (count_++ == 0) first_ = std::move(words);
}

std::string Culprits::text() const {
  return count_ > 1 ? format("{} and {} more", first_, count_ - 1) : first_;
}

}  // namespace ruagate::readiness
