#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace ruagate::sim {

/// A file of the samples, by its path below samples/ ("maildir/new/...", "reports/...").
struct SampleFile {
  std::string path;
  std::string bytes;
};

struct Samples {
  std::vector<SampleFile> files;     ///< By path.
  std::vector<Delivery> deliveries;  ///< Every report that can be read, each once.
  World world;                       ///< What the receivers of `deliveries` point into.
};

/// All generated files of samples/; README.md and ruagate.toml beside them are written by hand.
Samples make_samples();

/// Writes `files` below `folder`, making folders as needed. Throws std::runtime_error when it cannot.
void write_files(const std::vector<SampleFile>& files, const std::filesystem::path& folder);

}  // namespace ruagate::sim
