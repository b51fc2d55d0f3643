#include "present/tokens.hpp"

#include "present/json.hpp"
#include "present/table.hpp"

namespace ruagate::present {

namespace {

struct Name {
  store::Scope scope;
  std::string_view name;
};
constexpr Name kNames[] = {
    {store::Scope::read, "read"}, {store::Scope::operate, "operate"}, {store::Scope::intake, "intake"}};

Json token_json(const store::TokenRow& row) {
  return {{"id", row.id},
          {"name", row.name},
          {"scopes", names_of_scopes(row.scopes)},
          {"created_at", to_iso(row.created_at)}};
}

}  // namespace

std::optional<store::Scope> scope_from(std::string_view name) {
  for (const Name& one : kNames) {
    if (one.name == name) return one.scope;
  }
  return std::nullopt;
}

std::vector<std::string> names_of_scopes(unsigned scopes) {
  std::vector<std::string> names;
  for (const Name& one : kNames) {
    if ((scopes & static_cast<unsigned>(one.scope)) != 0) names.emplace_back(one.name);
  }
  return names;
}

void write_new_token(std::ostream& out, const store::TokenRow& row, const std::string& token, Format format) {
  if (format != Format::json) {
    out << token << '\n';
    return;
  }
  Json document = {{"schema", "ruagate.token/1"}};
  document.update(token_json(row));
  document["token"] = token;
  out << dump(document, 2) << '\n';
}

void write_tokens(std::ostream& out, const std::vector<store::TokenRow>& tokens, Format format, const Style& style) {
  if (format == Format::json) {
    Json document = {{"schema", "ruagate.tokens/1"}, {"tokens", Json::array()}};
    for (const store::TokenRow& row : tokens) document["tokens"].push_back(token_json(row));
    out << dump(document, 2) << '\n';
    return;
  }
  if (tokens.empty()) {
    out << "No tokens: who can reach the service on this machine may use it. `ruagate token create NAME --scope read` "
           "makes one.\n";
    return;
  }
  Table table({{"ID", Table::Align::right, 0},
               {"Name", Table::Align::left, 8},
               {"Scopes", Table::Align::left, 0},
               {"Created", Table::Align::left, 0}});
  for (const store::TokenRow& row : tokens) {
    std::string scopes;
    for (const std::string& name : names_of_scopes(row.scopes)) scopes += (scopes.empty() ? "" : ", ") + name;
    table.row({{std::to_string(row.id), Colour::none},
               {row.name, Colour::none},
               {std::move(scopes), Colour::none},
               {to_iso(row.created_at), Colour::none}});
  }
  table.print(out, style);
}

}  // namespace ruagate::present
