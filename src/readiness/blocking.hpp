#pragma once

#include <optional>
#include <string>

#include "readiness/gates.hpp"

// The blocking gates one by one, and what they share. blocking_gates() opens them in the order of docs/readiness.md.
namespace ruagate::readiness {

Gate blocking_gate(std::string name, bool ok, std::optional<double> have, std::optional<double> need, std::string text);
/// For a gate that needs what is not there.
Gate unchecked_gate(std::string name, std::string text);

/// Does the source matter by itself, and has it sent anything in its window?
bool weighs(const SourceStats& stats);

/// The sources at fault behind one gate, as one sentence: "Mailchimp (12 of 1,900 pass) and 2 more".
class Culprits {
 public:
  explicit Culprits(const World& world) : world_(world) {}
  void add(const SourceStats& stats, Findings& findings);
  /// Stands in the way, but is not shown to be at fault: told in the sentence, not named as a blocker.
  void mention(const SourceStats& stats);
  void add_words(std::string words);
  int count() const { return count_; }
  std::string text() const;

 private:
  const World& world_;
  std::string first_;
  int count_ = 0;
};

// Sources that matter, by what they send now.
void source_pass_rate(const World& world, Findings& findings);
void reporter_pass_rate(const World& world, Findings& findings);
void stability(const World& world, Findings& findings);
void dkim(const World& world, Findings& findings);

// Sources that send rarely, by what they sent last.
void dormant_failures(const World& world, Findings& findings);
void periodic_senders(const World& world, Findings& findings);

// What the step would do to all legitimate mail together.
void harm(const World& world, Findings& findings);
void harm_cap(const World& world, Findings& findings);

}  // namespace ruagate::readiness
