#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include <unistd.h>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "mailbox/local.hpp"
#include "mailbox/watch.hpp"

// A maildir and its subfolders, Maildir++ (".Sub") and nested. Every message is told by its unique name, which stays
// the same while mail programs move it from new/ to cur/ and change its flags.
namespace ruagate::mailbox {
namespace {

constexpr std::string_view kInfo = ":2,";
constexpr char kSeen = 'S';

/// "1700.M1P2.host:2,RS" -> "1700.M1P2.host".
std::string_view unique_name(std::string_view file_name) {
  const auto colon = file_name.rfind(":2,");
  return colon == std::string_view::npos ? file_name : file_name.substr(0, colon);
}
std::string_view flags_of(std::string_view file_name) {
  const auto colon = file_name.rfind(":2,");
  return colon == std::string_view::npos ? std::string_view() : file_name.substr(colon + kInfo.size());
}
std::string with_flag(std::string_view flags, char flag) {
  std::string all(flags);
  if (all.find(flag) == std::string::npos) all += flag;
  std::sort(all.begin(), all.end());
  return all;
}

/// Where one message file lies: "Sub/cur/1700.x:2,S" is folder "Sub", place "cur", name "1700.x:2,S".
struct Place {
  std::string folder;
  std::string place;
  std::string name;
  std::string below() const { return join(join(folder, place), name); }
};
Place place_of(std::string_view id) {
  const auto name_at = id.rfind('/');
  const auto head = id.substr(0, name_at);
  const auto place_at = head.rfind('/');
  Place place;
  place.name = id.substr(name_at + 1);
  place.place = place_at == std::string_view::npos ? head : head.substr(place_at + 1);
  if (place_at != std::string_view::npos) place.folder = head.substr(0, place_at);
  return place;
}

/// "Archive/2026" -> ".Archive.2026" (Maildir++).
std::string subfolder_name(std::string_view folder) {
  std::string name = ".";
  for (const char c : folder) name += c == '/' ? '.' : c;
  return name;
}

class Maildir final : public Mailbox {
 public:
  Maildir(std::string root, Options options, Labels labels)
      : root_(std::move(root)), options_(std::move(options)), labels_(std::move(labels)) {
    using Action = Acknowledgement::Action;
    for (const auto* done : {&options_.processed, &options_.rejected}) {
      if (done->action == Action::move) targets_.insert(subfolder_name(done->folder));
      if (done->action == Action::flag) pass_over_seen_ = true;
    }
  }

  const std::string& name() const override { return labels_.name; }

  Result<std::optional<std::uint64_t>> begin_pass() override {
    folders_.clear();
    visited_.clear();
    folder_ = 0;
    restart_folder();
    if (auto found = find_folders({}, 0); !found) return tl::unexpected(found.error());
    std::vector<std::string> watched{root_};
    for (const auto& folder : folders_) {
      for (const auto* place : {"new", "cur"}) watched.push_back(path_of(join(folder, place)));
    }
    watch_.remember(watched);
    std::uint64_t count = 0;
    for (const auto& folder : folders_) {
      for (const auto* place : {"new", "cur"}) {
        const auto listed = for_each_entry(path_of(join(folder, place)), [&](std::string_view name, EntryType type) {
          if (is_message(place, name, type) && !acknowledged_.contains(key(folder, name))) ++count;
        });
        // Another client may remove a subfolder at any time; what cannot be listed otherwise is told by next().
        if (!listed && folder.empty()) return tl::unexpected(listed.error());
      }
    }
    return count;
  }

  Result<std::vector<MessageRef>> next(std::size_t max_count) override {
    std::vector<MessageRef> messages;
    while (messages.size() < max_count && folder_ < folders_.size()) {
      if (next_name_ == names_.size()) {
        if (last_portion_) {
          ++folder_;
          restart_folder();
          continue;
        }
        if (auto listed = list_portion(); !listed) {
          if (!messages.empty()) {  // Hand out what is there; the fault comes again with the next call.
            last_portion_ = false;
            return messages;
          }
          ++folder_;
          restart_folder();
          return tl::unexpected(listed.error());
        }
        continue;
      }
      auto below = join(folders_[folder_], file_of(names_[next_name_++]));
      struct stat status {};
      std::uint64_t size = 0;
      if (::stat(path_of(below).c_str(), &status) == 0) {
        if (!S_ISREG(status.st_mode)) continue;
        size = static_cast<std::uint64_t>(status.st_size);
      }
      auto origin = labels_.prefix + below;
      messages.push_back({std::move(below), std::move(origin), size});
    }
    return messages;
  }

  Result<std::string> fetch(const MessageRef& message) override {
    auto bytes = read_file(path_of(message.id), limits_of(options_));
    if (bytes || bytes.error().code != "message_gone") return bytes;
    const auto found = find_again(place_of(message.id));
    return found ? read_file(path_of(found->below()), limits_of(options_)) : bytes;
  }

  Result<void> acknowledge(std::span<const MessageRef> messages, Outcome outcome) override {
    std::set<std::string> changed;
    Result<void> result;
    const auto& done = outcome == Outcome::rejected ? options_.rejected : options_.processed;
    const bool stays = outcome == Outcome::ignored || done.action == Acknowledgement::Action::keep;
    if (!stays && done.action == Acknowledgement::Action::move) {
      result = make_target(done.folder);
      if (!result) return result;
    }
    for (const auto& message : messages) {
      const auto place = place_of(message.id);
      if (!stays) {
        auto applied = apply(done, place, changed);
        if (!applied) {
          result = tl::unexpected(applied.error());
          continue;
        }
      }
      acknowledged_.add(key(place.folder, place.name));
    }
    for (const auto& folder : changed) {
      if (auto synced = sync_folder(folder); !synced) result = synced;
    }
    return result;
  }

  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) override { watch_.wait(limit, stop); }

 private:
  std::string path_of(std::string_view below) const { return below.empty() ? root_ : join(root_, below); }
  static std::uint64_t key(std::string_view folder, std::string_view name) {
    return std::hash<std::string>{}(join(folder, unique_name(name)));
  }

  /// Names in a portion are "UNIQUE\0new" or "UNIQUE\0cur:2,FLAGS": sorted by what stays the same.
  static std::string portion_name(std::string_view place, std::string_view name) {
    const auto unique = unique_name(name);
    std::string entry(unique);
    entry += '\0';
    entry += place;
    return entry += name.substr(unique.size());
  }
  static std::string file_of(std::string_view entry) {
    const auto end = entry.find('\0');
    const auto place = entry.substr(end + 1, 3);
    return format("{}/{}{}", place, entry.substr(0, end), entry.substr(end + 4));
  }

  bool is_message(std::string_view place, std::string_view name, EntryType type) const {
    if (type != EntryType::file || name.starts_with('.')) return false;
    return !(pass_over_seen_ && place == "cur" && flags_of(name).find(kSeen) != std::string_view::npos);
  }

  Result<void> find_folders(const std::string& below, int depth) {
    constexpr int kMostDepth = 32;
    if (depth > kMostDepth || !visited_.enter(path_of(below))) {
      return below.empty() ? Result<void>(file_fault("list", root_, ENOENT)) : Result<void>();
    }
    std::vector<std::string> inner;
    bool has_mail = false;
    const auto listed = for_each_entry(path_of(below), [&](std::string_view name, EntryType type) {
      if (type != EntryType::folder) return;
      if (name == "cur" || name == "new") {
        has_mail = true;
      } else if (name != "tmp" && !(below.empty() && targets_.contains(std::string(name)))) {
        inner.emplace_back(name);
      }
    });
    if (!listed) return below.empty() ? listed : Result<void>();
    if (has_mail) folders_.push_back(below);
    std::sort(inner.begin(), inner.end());
    for (const auto& name : inner) {
      if (auto found = find_folders(join(below, name), depth + 1); !found) return found;
    }
    return {};
  }

  void restart_folder() {
    names_.clear();
    next_name_ = 0;
    cursor_.clear();
    last_portion_ = false;
  }

  Result<void> list_portion() {
    SmallestNames smallest(kPortion);
    // new/ first: a message that moves to cur/ meanwhile is seen twice at worst, and never missed.
    for (const auto* place : {"new", "cur"}) {
      const auto path = path_of(join(folders_[folder_], place));
      auto listed = for_each_entry(path, [&](std::string_view name, EntryType type) {
        if (!is_message(place, name, type) || acknowledged_.contains(key(folders_[folder_], name))) return;
        auto entry = portion_name(place, name);
        if (entry > cursor_) smallest.add(std::move(entry));
      });
      if (!listed && ::access(path.c_str(), F_OK) == 0) return listed;
    }
    last_portion_ = !smallest.full();
    names_ = smallest.take();
    next_name_ = 0;
    if (!names_.empty()) cursor_ = names_.back();
    return {};
  }

  /// Where a message lies that another client has moved or flagged since it was listed.
  std::optional<Place> find_again(const Place& place) const {
    const std::string unique(unique_name(place.name));
    Place found = place;
    const std::pair<const char*, std::string> usual[] = {
        {"cur", unique + ":2,S"}, {"cur", unique + ":2,"}, {"cur", unique}, {"new", unique}};
    for (const auto& [where, file_name] : usual) {
      found.place = where;
      found.name = file_name;
      if (::access(path_of(found.below()).c_str(), F_OK) == 0) return found;
    }
    for (const auto* where : {"new", "cur"}) {
      bool matched = false;
      (void)for_each_entry(path_of(join(place.folder, where)), [&](std::string_view name, EntryType type) {
        if (matched || type != EntryType::file || unique_name(name) != unique) return;
        found.place = where;
        found.name = name;
        matched = true;
      });
      if (matched) return found;
    }
    return std::nullopt;
  }

  Result<void> make_target(std::string_view folder) {
    const auto target = subfolder_name(folder);
    for (const auto* part : {"tmp", "new", "cur"}) {
      if (auto made = make_folders(root_, join(target, part)); !made) return made;
    }
    return {};
  }

  Result<void> apply(const Acknowledgement& done, const Place& listed, std::set<std::string>& changed) {
    auto place = listed;
    for (int attempt = 0; attempt < 3; ++attempt) {
      auto applied = apply_once(done, place, changed);
      if (!applied) return tl::unexpected(applied.error());
      if (*applied) return {};
      auto found = find_again(place);
      if (!found) return {};  // Gone: somebody else, or an earlier run, has done it.
      place = std::move(*found);
    }
    return {};
  }

  /// False when the message was not at that place.
  Result<bool> apply_once(const Acknowledgement& done, const Place& place, std::set<std::string>& changed) {
    using Action = Acknowledgement::Action;
    const auto from = path_of(place.below());
    const auto from_folder = path_of(join(place.folder, place.place));
    const auto unique = unique_name(place.name);
    Result<bool> applied = true;
    switch (done.action) {
      case Action::keep:
        return true;
      case Action::remove:
        applied = remove_file(from);
        break;
      case Action::flag: {
        const auto to_folder = path_of(join(place.folder, "cur"));
        const auto name = format("{}{}{}", unique, kInfo, with_flag(flags_of(place.name), kSeen));
        if (place.place == "cur" && name == place.name) return ::access(from.c_str(), F_OK) == 0;
        applied = move_file(from, to_folder, unique, std::string_view(name).substr(unique.size()));
        if (applied && *applied) changed.insert(to_folder);
        break;
      }
      case Action::move: {
        const auto to_folder = path_of(join(subfolder_name(done.folder), "cur"));
        applied = move_file(from, to_folder, unique, format("{}{}", kInfo, flags_of(place.name)));
        if (applied && *applied) changed.insert(to_folder);
        break;
      }
    }
    if (applied && *applied) changed.insert(from_folder);
    return applied;
  }

  std::string root_;
  Options options_;
  Labels labels_;
  std::set<std::string> targets_;  ///< Subfolders that done messages are moved to; never read.
  bool pass_over_seen_ = false;

  std::vector<std::string> folders_;  ///< Below the root, "" first.
  VisitedFolders visited_;
  std::size_t folder_ = 0;
  std::vector<std::string> names_;  ///< The portion at hand.
  std::size_t next_name_ = 0;
  std::string cursor_;
  bool last_portion_ = false;

  Acknowledged acknowledged_;
  Watch watch_;
};

}  // namespace

bool is_maildir(const std::string& path) {
  return is_directory(join(path, "cur")) && is_directory(join(path, "new"));
}

std::unique_ptr<Mailbox> make_maildir(const std::string& path, const Options& options, const Labels& labels) {
  return std::make_unique<Maildir>(path, options, labels);
}

Result<std::unique_ptr<Mailbox>> open_maildir(const std::string& path, const Options& options) {
  const bool writes = changes_mailbox(options);
  if (auto checked = check_folder(path, writes); !checked) return tl::unexpected(checked.error());
  if (!is_maildir(path)) {
    return fail(
        ErrorKind::usage, "not_a_maildir",
        format("mailbox {}: {} is not a maildir, it has no cur/ and new/", printable(options.name), printable(path)));
  }
  for (const auto* place : {"cur", "new"}) {
    if (auto checked = check_folder(join(path, place), writes); !checked) return tl::unexpected(checked.error());
  }
  return make_maildir(path, options, {options.name, options.name + "/"});
}

}  // namespace ruagate::mailbox
