#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "ingest/ingest.hpp"

namespace ruagate::cli {

/// One line on a terminal that is drawn again and again: what is read, count, rate and time left. Silent elsewhere.
class ProgressLine {
 public:
  /// `enabled`: standard error is a terminal and --quiet was not given.
  ProgressLine(std::ostream& err, bool enabled) : err_(err), enabled_(enabled) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& what, const ingest::Progress& progress);
  /// Removes the line, so that other text can be written.
  void clear();

  /// "  1,234 of 20,000 messages  5,432/s  4 s left  [=====     ]"
  static std::string text(const std::string& what, const ingest::Progress& progress);

 private:
  std::ostream& err_;
  bool enabled_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace ruagate::cli
