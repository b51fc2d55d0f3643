#include <algorithm>
#include <charconv>
#include <ctime>
#include <map>
#include <set>
#include <unordered_map>

#include <unistd.h>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "mailbox/local.hpp"
#include "mailbox/mbox_scanner.hpp"
#include "mailbox/watch.hpp"

// A folder of files: messages, bare reports and mboxes in any mixture, told by content. Maildirs inside it are read as
// maildirs (cur and new, never tmp).
namespace ruagate::mailbox {
namespace {

constexpr char kInside = '\0';  ///< In an id between the file's path and the place of a message inside that file.

class Folder final : public Mailbox {
 public:
  Folder(std::string root, Options options, Labels labels)
      : root_(std::move(root)), options_(std::move(options)), labels_(std::move(labels)) {
    for (const auto* done : {&options_.processed, &options_.rejected}) {
      if (done->action == Acknowledgement::Action::move) targets_.insert(done->folder);
    }
  }

  const std::string& name() const override { return labels_.name; }

  Result<std::optional<std::uint64_t>> begin_pass() override {
    visited_.clear();
    waiting_.clear();
    mbox_.reset();
    mboxes_.clear();
    names_.clear();
    next_name_ = 0;
    last_portion_ = true;
    left_for_later_ = false;
    std::uint64_t count = 0;
    std::vector<std::string> watched;
    VisitedFolders counted;
    std::vector<std::string> folders{{}};
    while (!folders.empty()) {
      const auto below = std::move(folders.back());
      folders.pop_back();
      if (!counted.enter(path_of(below))) {
        if (below.empty()) return file_fault("list", root_, ENOENT);
        continue;
      }
      watched.push_back(path_of(below));
      const auto listed = for_each_entry(path_of(below), [&](std::string_view name, EntryType type) {
        if (type == EntryType::file && is_candidate(name)) ++count;
      });
      if (!listed && below.empty()) return tl::unexpected(listed.error());
      for (auto& inner : subfolders_of(below)) folders.push_back(std::move(inner));
    }
    watch_.remember(watched);
    waiting_.emplace_back();
    return count;
  }

  Result<std::vector<MessageRef>> next(std::size_t max_count) override {
    std::vector<MessageRef> messages;
    while (messages.size() < max_count) {
      if (mbox_) {
        auto more = next_in_mbox(messages);
        if (!more) return tl::unexpected(more.error());
        continue;
      }
      if (next_name_ < names_.size()) {
        add_file(names_[next_name_++], messages);
        continue;
      }
      if (last_portion_ && waiting_.empty()) break;
      if (last_portion_ && !messages.empty()) break;  // A fault of the next folder must not cost these.
      if (last_portion_ && !enter_next_folder()) continue;
      if (auto listed = list_portion(); !listed) {
        last_portion_ = true;
        return tl::unexpected(listed.error());
      }
    }
    return messages;
  }

  Result<std::string> fetch(const MessageRef& message) override {
    const auto split = message.id.find(kInside);
    const auto path = path_of(std::string_view(message.id).substr(0, split));
    if (split == std::string::npos) return read_file(path, limits_of(options_));
    const auto file = open_for_reading(path);
    if (!file) return tl::unexpected(file.error());
    return read_mbox_message(file->get(), path, range_of(message.id), limits_of(options_));
  }

  Result<void> acknowledge(std::span<const MessageRef> messages, Outcome outcome) override {
    std::set<std::string> changed;
    Result<void> result;
    for (const auto& message : messages) {
      const auto split = message.id.find(kInside);
      const auto below = message.id.substr(0, split);
      auto applied =
          split == std::string::npos ? finish_file(below, outcome, changed) : finish_inside(below, outcome, changed);
      if (!applied) result = tl::unexpected(applied.error());
    }
    for (const auto& folder : changed) {
      if (auto synced = sync_folder(folder); !synced) result = synced;
    }
    return result;
  }

  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) override {
    watching_ = true;
    if (left_for_later_) {  // Files that were still being written: come back when they have had the time.
      const std::vector<std::string> none;
      Watch pause;
      pause.remember(none);
      pause.wait(std::min(limit, std::chrono::milliseconds(kSettled * 1000)), stop);
      return;
    }
    watch_.wait(limit, stop);
  }

 private:
  /// An mbox inside the folder is done when all its messages are.
  struct InMbox {
    std::uint64_t found = 0;
    std::uint64_t done = 0;
    bool all_found = false;
    Outcome outcome = Outcome::processed;
  };

  static constexpr int kSettled = 2;  ///< Seconds without change after which a file counts as complete, when watching.

  std::string path_of(std::string_view below) const { return below.empty() ? root_ : join(root_, below); }
  /// Names with a leading dot are what programs still write or keep for themselves (rsync, editors).
  static bool is_candidate(std::string_view name) { return !name.starts_with('.'); }

  static MboxRange range_of(std::string_view id) {
    MboxRange range;
    const auto place = id.substr(id.find(kInside) + 1);
    const auto colon = place.find(':');
    std::from_chars(place.data(), place.data() + colon, range.offset);
    std::from_chars(place.data() + colon + 1, place.data() + place.size(), range.length);
    return range;
  }

  /// Sorted. Of a maildir: cur, new and its subfolders (".Sub" too).
  std::vector<std::string> subfolders_of(const std::string& below) const {
    std::vector<std::string> inner;
    const bool maildir = is_maildir(path_of(below));
    (void)for_each_entry(path_of(below), [&](std::string_view name, EntryType type) {
      if (type != EntryType::folder) return;
      if (maildir ? name == "tmp" : !is_candidate(name)) return;
      auto path = join(below, name);
      if (!targets_.contains(path)) inner.push_back(std::move(path));
    });
    std::sort(inner.begin(), inner.end());
    return inner;
  }

  /// False when it was visited before.
  bool enter_next_folder() {
    folder_ = std::move(waiting_.back());
    waiting_.pop_back();
    if (!visited_.enter(path_of(folder_))) return false;
    auto inner = subfolders_of(folder_);
    std::move(inner.rbegin(), inner.rend(), std::back_inserter(waiting_));
    names_.clear();
    next_name_ = 0;
    cursor_.clear();
    return true;
  }

  Result<void> list_portion() {
    last_portion_ = true;
    names_.clear();
    next_name_ = 0;
    if (is_maildir(path_of(folder_))) return {};  // Only cur and new hold mail.
    SmallestNames smallest(kPortion);
    const auto listed = for_each_entry(path_of(folder_), [&](std::string_view name, EntryType type) {
      if (type == EntryType::file && is_candidate(name) && name > cursor_) smallest.add(std::string(name));
    });
    if (!listed) return ::access(path_of(folder_).c_str(), F_OK) == 0 ? listed : Result<void>();
    last_portion_ = !smallest.full();
    names_ = smallest.take();
    if (!names_.empty()) cursor_ = names_.back();
    return {};
  }

  void add_file(const std::string& name, std::vector<MessageRef>& messages) {
    auto below = join(folder_, name);
    const auto path = path_of(below);
    struct stat status {};
    std::uint64_t size = 0;
    if (::stat(path.c_str(), &status) == 0) {
      if (!S_ISREG(status.st_mode) || acknowledged_.contains(key_of(below, status))) return;
      if (watching_ && status.st_mtim.tv_sec + kSettled > std::time(nullptr)) {
        left_for_later_ = true;
        return;
      }
      size = static_cast<std::uint64_t>(status.st_size);
      if (begins_like_mbox(read_head(path, kMboxHeadBytes))) {
        open_mbox_inside(below, path, size);
        return;
      }
    }
    auto origin = labels_.prefix + below;
    messages.push_back({std::move(below), std::move(origin), size});
  }

  void open_mbox_inside(const std::string& below, const std::string& path, std::uint64_t size) {
    auto file = open_for_reading(path);
    if (!file) return;  // Gone since its head was read.
    mbox_below_ = below;
    mbox_file_ = std::move(*file);
    mbox_.emplace(mbox_file_.get(), path, size);
    mboxes_[below] = {};
  }

  Result<void> next_in_mbox(std::vector<MessageRef>& messages) {
    auto range = mbox_->next();
    auto& state = mboxes_[mbox_below_];
    if (!range || !*range) {
      mbox_.reset();
      mbox_file_.reset();
      state.all_found = static_cast<bool>(range);
      if (!range) return tl::unexpected(range.error());
      if (state.done == state.found) {
        std::set<std::string> changed;
        auto finished = finish_mbox(mbox_below_, changed);
        for (const auto& folder : changed) (void)sync_folder(folder);
        return finished;
      }
      return {};
    }
    ++state.found;
    messages.push_back({format("{}{}{}:{}", mbox_below_, kInside, (*range)->offset, (*range)->length),
                        format("{}{}#{}", labels_.prefix, mbox_below_, state.found), (*range)->length});
    return {};
  }

  Result<void> finish_inside(const std::string& below, Outcome outcome, std::set<std::string>& changed) {
    const auto state = mboxes_.find(below);
    if (state == mboxes_.end()) return {};
    ++state->second.done;
    // A file with anything that is no report in it stays; else rejects decide.
    auto& worst = state->second.outcome;
    if (outcome == Outcome::ignored || (outcome == Outcome::rejected && worst == Outcome::processed)) worst = outcome;
    return state->second.all_found ? finish_mbox(below, changed) : Result<void>();
  }

  Result<void> finish_mbox(const std::string& below, std::set<std::string>& changed) {
    const auto state = mboxes_.find(below);
    if (state == mboxes_.end() || state->second.done != state->second.found) return {};
    const auto outcome = state->second.outcome;
    mboxes_.erase(state);
    return finish_file(below, outcome, changed);
  }

  Result<void> finish_file(const std::string& below, Outcome outcome, std::set<std::string>& changed) {
    using Action = Acknowledgement::Action;
    const auto& done = outcome == Outcome::rejected ? options_.rejected : options_.processed;
    const auto path = path_of(below);
    const auto action = outcome == Outcome::ignored ? Action::keep : done.action;
    Result<bool> applied = false;
    if (action == Action::remove) {
      applied = remove_file(path);
    } else if (action == Action::move) {
      const auto target = join(done.folder, parent_of(below));
      if (auto made = make_folders(root_, target); !made) return made;
      const auto slash = below.rfind('/');
      const auto name = std::string_view(below).substr(slash == std::string::npos ? 0 : slash + 1);
      applied = move_file(path, path_of(target), name, {});
      if (applied && *applied) changed.insert(path_of(target));
    } else {
      struct stat status {};
      if (::stat(path.c_str(), &status) == 0) acknowledged_.add(key_of(below, status));
      return {};
    }
    if (!applied) return tl::unexpected(applied.error());
    if (*applied) changed.insert(path_of(parent_of(below)));
    return {};
  }

  std::string root_;
  Options options_;
  Labels labels_;
  std::set<std::string> targets_;

  VisitedFolders visited_;
  std::vector<std::string> waiting_;  ///< Folders still to be read, the next one last.
  std::string folder_;
  std::vector<std::string> names_;
  std::size_t next_name_ = 0;
  std::string cursor_;
  bool last_portion_ = true;

  std::optional<MboxScanner> mbox_;  ///< The mbox whose messages are being handed out.
  FileDescriptor mbox_file_;
  std::string mbox_below_;
  std::map<std::string, InMbox> mboxes_;

  Acknowledged acknowledged_;
  Watch watch_;
  bool watching_ = false;
  bool left_for_later_ = false;
};

}  // namespace

std::unique_ptr<Mailbox> make_folder(const std::string& path, const Options& options, const Labels& labels) {
  return std::make_unique<Folder>(path, options, labels);
}

Result<std::unique_ptr<Mailbox>> open_folder(const std::string& path, const Options& options) {
  using Action = Acknowledgement::Action;
  if (options.processed.action == Action::flag || options.rejected.action == Action::flag) {
    return fail(ErrorKind::usage, "flag_not_possible",
                format("mailbox {}: files in a folder carry no flags; use move:FOLDER, delete or keep",
                       printable(options.name)));
  }
  if (auto checked = check_folder(path, changes_mailbox(options)); !checked) return tl::unexpected(checked.error());
  return make_folder(path, options, {options.name, options.name + "/"});
}

}  // namespace ruagate::mailbox
