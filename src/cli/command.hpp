#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

// Commands and their options, as the files of single commands see them: CLI11 costs seconds in every file that
// includes it, so that only command.cpp and run.cpp do. Handles; what they stand for lives as long as the parser.
namespace ruagate::cli {

class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option& required();
  /// What stands for the value in the help text.
  Option& type_name(const std::string& name);
  Option& one_of(const std::vector<std::string>& values);
  Option& between(std::int64_t least, std::int64_t most);

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}
  Command add_subcommand(const std::string& name, const std::string& help);
  /// Called when this command was chosen, after its options are read.
  void callback(std::function<void()> chosen);

  /// `name` with dashes is an option, without a positional argument; a vector takes any number. What is given must
  /// outlive the parsing.
  Option add_option(const std::string& name, std::string& value, const std::string& help);
  Option add_option(const std::string& name, std::int64_t& value, const std::string& help);
  Option add_option(const std::string& name, std::optional<int>& value, const std::string& help);
  Option add_option(const std::string& name, std::optional<std::uint64_t>& value, const std::string& help);
  Option add_option(const std::string& name, std::vector<std::string>& values, const std::string& help);
  Option add_option(const std::string& name, std::vector<std::int64_t>& values, const std::string& help);
  void add_flag(const std::string& name, bool& value, const std::string& help);

 private:
  CLI::App* app_;
};

}  // namespace ruagate::cli
