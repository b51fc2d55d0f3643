#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "ingest/ingest.hpp"

// read_message() with what only this room needs: the time of each stage, and bytes that are no whole message.
namespace ruagate::ingest {

struct StageTimes {
  std::chrono::steady_clock::duration mime{};
  std::chrono::steady_clock::duration unpack{};
  std::chrono::steady_clock::duration xml{};
};

/// Adds the time until its end to one stage.
class Stopwatch {
 public:
  explicit Stopwatch(std::chrono::steady_clock::duration& total) : total_(total) {}
  ~Stopwatch() { total_ += std::chrono::steady_clock::now() - begin_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  std::chrono::steady_clock::duration& total_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

class KnownDocuments;

struct Wanted {
  bool raw = true;                  ///< Else ReadReport::raw stays empty.
  bool for_store = false;           ///< Else ReadReport::document and `prepared` stay absent.
  KnownDocuments* known = nullptr;  ///< With `for_store`: what it has is not read again.
};

/// As read_message(). Whatever is thrown while reading (no memory for this one message) comes back as the refusal
/// `reader_failed`, but for a store::StoreError, which is no fault of the message.
ReadMessage read_bytes(std::string_view bytes, std::string_view origin, const Limits& limits, const Border& border,
                       const Wanted& wanted, StageTimes& times);
/// The same for a payload kept as a reject: an attachment that was called `file_name`.
ReadMessage read_payload(std::string_view bytes, const std::string& file_name, const Limits& limits,
                         const Wanted& wanted, StageTimes& times);

/// A reject keeps no more than these bytes.
inline constexpr std::size_t kMaxRejectBytes = 16U << 20;
/// `refused` as the store keeps it; `whole` is the message it was found in.
store::NewReject to_reject(const ReadMessage::Refused& refused, std::string_view whole, const std::string& origin,
                           Instant seen_at);
store::RawDocument to_raw(ReadReport& read, bool keep_raw);

}  // namespace ruagate::ingest
