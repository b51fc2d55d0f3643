#include "base/sha256.hpp"

#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

namespace ruagate {

namespace {

[[noreturn]] void unavailable() {
  throw std::runtime_error("SHA-256 is not available in this OpenSSL");
}

/// Made once: making it costs more than hashing a small record.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

void begin(EVP_MD_CTX* context) {
  if (context == nullptr || algorithm() == nullptr || EVP_DigestInit_ex(context, algorithm(), nullptr) != 1) {
    unavailable();
  }
}

Sha256 end(EVP_MD_CTX* context) {
  Sha256 digest{};
  if (EVP_DigestFinal_ex(context, digest.data(), nullptr) != 1) unavailable();
  return digest;
}

}  // namespace

void Sha256Stream::Free::operator()(EVP_MD_CTX* context) const {
  EVP_MD_CTX_free(context);
}

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  begin(context_.get());
}

void Sha256Stream::add(std::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) unavailable();
}

Sha256 Sha256Stream::finish() {
  return end(context_.get());
}

Sha256 sha256(std::string_view bytes) {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  static thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  begin(context.get());
  if (EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1) unavailable();
  return end(context.get());
}

std::string to_hex(const Sha256& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(digest.size() * 2);
  for (const std::uint8_t byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0x0F];
  }
  return hex;
}

}  // namespace ruagate
