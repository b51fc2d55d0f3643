#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "present/present.hpp"

namespace ruagate::present {

/// "read", "operate", "intake"; nothing for anything else.
std::optional<store::Scope> scope_from(std::string_view name);
std::vector<std::string> names_of_scopes(unsigned scopes);

/// The only place where a token is written.
void write_new_token(std::ostream& out, const store::TokenRow& row, const std::string& token, Format format);
/// Text or JSON.
void write_tokens(std::ostream& out, const std::vector<store::TokenRow>& tokens, Format format, const Style& style);

}  // namespace ruagate::present
