#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "source/evidence_view.hpp"
#include "source/units.hpp"

namespace ruagate::source {

/// The unexplained failing mail of one unit, gathered for the candidate score.
struct Suspect {
  std::map<int, std::uint64_t> by_day;   ///< Day number -> messages.
  std::vector<std::uint32_t> reporters;  ///< Distinct, canonical.
  std::vector<std::uint32_t> envelopes;  ///< Distinct.
  std::uint64_t messages = 0;
  std::uint64_t signed_by_other = 0;        ///< Messages with a foreign DKIM pass.
  std::uint64_t with_own_envelope = 0;      ///< Messages with the owner's envelope and no SPF pass.
  std::uint64_t with_others_envelope = 0;   ///< Messages with another's envelope that passes SPF.
  std::uint64_t with_known_selector = 0;    ///< Messages with a broken signature of a selector that passes elsewhere.
  std::map<std::uint32_t, Day> known_from;  ///< Of these, first day by address; at most 64 addresses.
  std::uint64_t came_back = 0;              ///< And messages from an address that had sent such mail on an earlier day.
  bool in_swarm = false;
};

struct Score {
  int points = 0;
  std::vector<std::string> words;
};

/// What mail of one day from a network that shows nobody can get at most: nobody vouches for the network, nothing is
/// authenticated, and what would speak for it takes more days than one.
inline constexpr int kPasserBy = -3;

/// True for mail in the envelope of another customer's mailboxes or of a gateway. An owner who sends through one of
/// these keeps the own envelope; who passes mail on puts another around it.
bool is_readdressed(const Unit& unit, const Suspect& suspect);

/// The candidate score (F10) without what only DNS can tell. `owner_by_day` is the owner's direct mail.
Score score(const Unit& unit, const Suspect& suspect, const std::map<int, std::uint64_t>& owner_by_day, Day today);

/// Spearman's rank correlation of daily volumes over the days from..to, days without mail counting as zero.
double rank_correlation(const std::map<int, std::uint64_t>& a, const std::map<int, std::uint64_t>& b, int from, int to);

/// True if there are at least two bursts of activity about a month (25-35 days) or a quarter (80-100 days) apart.
bool has_long_rhythm(const std::map<int, std::uint64_t>& by_day);

}  // namespace ruagate::source
