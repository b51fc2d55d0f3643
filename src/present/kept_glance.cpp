#include "present/kept_glance.hpp"

#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "present/json.hpp"

namespace ruagate::present {

namespace {

/// Writes the values of a glance one after another.
class Packer {
 public:
  void value(const std::string& text) { out_.push_back(text); }
  void value(const double& number) { out_.push_back(number); }
  void value(const std::uint64_t& number) { out_.push_back(number); }
  void value(const Day& day) { out_.push_back(day_number(day)); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void value(const Enum& one, Enum /*last*/) { out_.push_back(static_cast<int>(one)); }
  /// Calls `each` where there is one.
  template <class T, class Each>
  void optional(const std::optional<T>& one, Each each) {
    out_.push_back(one.has_value());
    if (one) each(*one);
  }
  template <class List, class Each>
  void list(const List& list, Each each) {
    out_.push_back(list.size());
    for (const auto& one : list) each(one);
  }
  Json take() { return std::move(out_); }

 private:
  Json out_ = Json::array();
};

/// Reads them in the same order. Throws std::out_of_range or Json::exception where they are others.
class Unpacker {
 public:
  explicit Unpacker(const Json& values) : values_(values) {}
  void value(std::string& text) { text = next().get_ref<const std::string&>(); }
  void value(double& number) { number = next().get<double>(); }
  void value(std::uint64_t& number) { number = next().get<std::uint64_t>(); }
  void value(Day& day) { day = day_from_number(next().get<int>()); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void value(Enum& one, Enum last) {
    const auto number = next().get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(last)) throw std::out_of_range("no such value");
    one = static_cast<Enum>(number);
  }
  template <class T, class Each>
  void optional(std::optional<T>& one, Each each) {
    one.reset();
    if (next().get<bool>()) each(one.emplace());
  }
  template <class List, class Each>
  void list(List& list, Each each) {
    const auto size = next().get<std::size_t>();
    if (size > values_.size()) throw std::out_of_range("longer than all of it");
    if constexpr (requires { list.resize(size); }) list.resize(size);
    if (list.size() != size) throw std::out_of_range("another length");
    for (auto& one : list) each(one);
  }

 private:
  const Json& next() { return values_.at(next_++); }
  const Json& values_;
  std::size_t next_ = 0;
};

/// All that a glance has, in one order for both ways.
template <class Ways, class Glance>
void go_through(Ways& ways, Glance& glance) {
  const auto text = [&](auto& one) { ways.value(one); };
  const auto name = [&](auto& one) {
    ways.value(one.source);
    ways.value(one.key);
  };
  constexpr auto kLastVerdict = readiness::Verdict::step_back;
  ways.value(glance.domain);
  ways.value(glance.verdict, kLastVerdict);
  ways.value(glance.reason);
  ways.value(glance.ladder, readiness::Ladder::testing);
  ways.value(glance.step);
  ways.optional(glance.next_step, text);
  ways.value(glance.target);
  ways.optional(glance.legitimate_pass_rate, text);
  ways.value(glance.at_stake);
  ways.value(glance.blockers);
  ways.optional(glance.first_blocker, name);
  ways.optional(glance.last_day, text);
  ways.value(glance.reports);
  ways.value(glance.messages);
  ways.value(glance.legitimate);
  ways.value(glance.legitimate_aligned);
  ways.list(glance.groups, text);
  ways.list(glance.sparkline, [&](auto& day) {
    ways.value(day.day);
    ways.value(day.messages);
    ways.value(day.aligned);
    ways.value(day.legitimate);
    ways.value(day.legitimate_aligned);
  });
  ways.optional(glance.verdict_before, [&](auto& verdict) { ways.value(verdict, kLastVerdict); });
  ways.list(glance.new_blockers, name);
  ways.list(glance.gone_blockers, name);
}

}  // namespace

std::string pack(const answer::DomainGlance& glance) {
  Packer packer;
  go_through(packer, glance);
  std::string out;
  Json::to_msgpack(packer.take(), out);
  return out;
}

std::optional<answer::DomainGlance> unpack_glance(std::string_view packed) {
  try {
    const Json values = Json::from_msgpack(packed.begin(), packed.end());
    Unpacker unpacker(values);
    answer::DomainGlance glance;
    go_through(unpacker, glance);
    return glance;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const std::out_of_range&) {
    return std::nullopt;
  }
}

}  // namespace ruagate::present
