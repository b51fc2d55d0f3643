#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ruagate {

/// A UTC calendar day.
using Day = std::chrono::sys_days;
/// Seconds since 1970, UTC.
using Instant = std::chrono::sys_seconds;
using std::chrono::days;

/// "2026-11-20". Years outside 0..9999 are shown as they are.
std::string to_iso(Day day);
/// "2026-11-20T07:05:00Z".
std::string to_iso(Instant instant);

/// Reads exactly "YYYY-MM-DD", a day that exists; nothing otherwise.
std::optional<Day> parse_day(std::string_view text);

/// The UTC day that holds `instant`.
inline Day day_of(Instant instant) {
  return std::chrono::floor<days>(instant);
}

/// Days since 1970, the form in which days are stored.
inline int day_number(Day day) {
  return static_cast<int>(day.time_since_epoch().count());
}
inline Day day_from_number(int number) {
  return Day{days{number}};
}
inline Instant instant_from(std::int64_t epoch_seconds) {
  return Instant{std::chrono::seconds{epoch_seconds}};
}
inline std::int64_t epoch_seconds(Instant instant) {
  return instant.time_since_epoch().count();
}

/// Where "now" comes from. Tests use FixedClock; nothing else in the product asks the system for the time of day.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(Instant instant) : instant_(instant) {}
  Instant now() const override { return instant_; }
  void set(Instant instant) { instant_ = instant; }

 private:
  Instant instant_;
};

}  // namespace ruagate
