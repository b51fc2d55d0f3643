#include "cli/progress.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::cli {

namespace {

std::string thousands(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::ceil(std::max(0.0, seconds)));
  if (whole < 100) return format("{} s", whole);
  if (whole < 6000) return format("{} min {:02} s", whole / 60, whole % 60);
  return format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string ProgressLine::text(const std::string& what, const ingest::Progress& progress) {
  const double rate = progress.seconds > 0 ? static_cast<double>(progress.messages) / progress.seconds : 0;
  std::string line = printable(what, 40) + ": " + thousands(progress.messages);
  if (progress.total && *progress.total >= progress.messages) {
    const std::uint64_t total = *progress.total;
    line += " of " + thousands(total);
    line += format(" messages  {}/s", thousands(static_cast<std::uint64_t>(rate)));
    if (rate > 0) line += "  " + duration(static_cast<double>(total - progress.messages) / rate) + " left";
    const double part = total == 0 ? 1 : static_cast<double>(progress.messages) / static_cast<double>(total);
    const auto full = static_cast<std::size_t>(part * 20);
    line += "  [" + std::string(full, '=') + std::string(20 - full, ' ') + "]";
  } else {
    line += format(" messages  {}/s", thousands(static_cast<std::uint64_t>(rate)));
  }
  return line;
}

void ProgressLine::show(const std::string& what, const ingest::Progress& progress) {
  if (!enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds{100};
  err_ << "\r\x1b[K" << text(what, progress) << std::flush;
  drawn_ = true;
}

void ProgressLine::clear() {
  if (drawn_) err_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace ruagate::cli
