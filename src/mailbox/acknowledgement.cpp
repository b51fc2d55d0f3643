#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "mailbox/mailbox.hpp"

namespace ruagate::mailbox {
namespace {

/// A folder name that stays below the mailbox: no "..", no absolute path, no empty or hidden step, no control
/// characters.
bool is_safe_folder(std::string_view folder) {
  if (folder.empty() || folder.size() > 200) return false;
  for (const char c : folder) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7F) return false;
  }
  while (true) {
    const auto slash = folder.find('/');
    const auto step = folder.substr(0, slash);
    if (step.empty() || step.front() == '.') return false;
    if (slash == std::string_view::npos) return true;
    folder.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<Acknowledgement> parse_acknowledgement(std::string_view text) {
  using Action = Acknowledgement::Action;
  if (text == "keep") return Acknowledgement{Action::keep, {}};
  if (text == "flag") return Acknowledgement{Action::flag, {}};
  if (text == "delete") return Acknowledgement{Action::remove, {}};
  constexpr std::string_view kMove = "move:";
  if (text.starts_with(kMove)) {
    const auto folder = text.substr(kMove.size());
    if (is_safe_folder(folder)) return Acknowledgement{Action::move, std::string(folder)};
    return fail(ErrorKind::usage, "bad_acknowledgement",
                format("\"{}\": the folder must be a name below the mailbox, without leading dots", printable(text)));
  }
  return fail(ErrorKind::usage, "bad_acknowledgement",
              format("\"{}\" is none of move:FOLDER, flag, delete, keep", printable(text)));
}

std::string to_string(const Acknowledgement& acknowledgement) {
  switch (acknowledgement.action) {
    case Acknowledgement::Action::keep:
      return "keep";
    case Acknowledgement::Action::flag:
      return "flag";
    case Acknowledgement::Action::remove:
      return "delete";
    case Acknowledgement::Action::move:
      return "move:" + acknowledgement.folder;
  }
  return "keep";
}

}  // namespace ruagate::mailbox
