#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ruagate::domain {

/// The one form in which domain names are compared and stored: lower-case A-labels (RFC 5890), no final dot.
/// Takes U-labels, upper case and a final dot. Nothing when the text is no host name: empty, an empty label,
/// a label over 63 or a name over 253 octets, or a character outside letters, digits, '-' and '_' after IDNA
/// (underscores occur in real identifiers such as selectors and SPF domains).
std::optional<std::string> normalize(std::string_view text);

/// The U-label form for people's eyes; the A-label form when it has none. For display only.
std::string to_display(std::string_view normalized);

/// True if `name` is `suffix` or lies below it, at a label boundary. Both normalized.
bool is_same_or_below(std::string_view name, std::string_view suffix);

}  // namespace ruagate::domain
