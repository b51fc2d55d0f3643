# ruagate_embed_assets(TARGET DIR): the gzipped files of DIR inside TARGET by .incbin, as web::assets() of src/web/assets.hpp gives
# them, sorted by name. Made anew when a file changes; compressing is done by whoever built DIR.
function(ruagate_embed_assets target dir)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE "${dir}" "${dir}/*.gz")
  list(SORT files)
  set(blobs "")
  set(names "")
  set(rows "")
  set(paths "")
  set(number 0)
  foreach(file IN LISTS files)
    string(REGEX REPLACE "\\.gz$" "" name "${file}")
    ruagate_content_type("${name}" type)
    file(SHA256 "${dir}/${file}" hash)
    string(SUBSTRING "${hash}" 0 32 hash)
    set(symbol "ruagate_asset_${number}")
    string(APPEND blobs "    .global ${symbol}\\n${symbol}:\\n .incbin \\\"${dir}/${file}\\\"\\n .global ${symbol}_end\\n${symbol}_end:\\n .byte 0\\n\"\n    \"")
    string(APPEND names "extern \"C\" const char ${symbol}[], ${symbol}_end[];\n")
    string(APPEND rows "      Asset{\"${name}\", \"${type}\", between(${symbol}, ${symbol}_end), \"\\\"${hash}\\\"\"},\n")
    list(APPEND paths "${dir}/${file}")
    math(EXPR number "${number} + 1")
  endforeach()
  set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded_assets.cpp")
  file(CONFIGURE OUTPUT "${out}" @ONLY CONTENT [[
#include <array>

#include "web/assets.hpp"

asm(".section .rodata\n"
    "@blobs@.previous\n");

@names@
namespace ruagate::web {

namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::span<const Asset> assets() {
  static const std::array<Asset, @number@> all{
@rows@  };
  return all;
}

}  // namespace ruagate::web
]])
  # The etag above comes from the bytes: they are read again whenever a file is another one.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${paths}")
  set_source_files_properties("${out}" PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE "${out}")
endfunction()

function(ruagate_content_type name out)
  if(name MATCHES "\\.html$")
    set(type "text/html; charset=utf-8")
  elseif(name MATCHES "\\.js$")
    set(type "text/javascript; charset=utf-8")
  elseif(name MATCHES "\\.css$")
    set(type "text/css; charset=utf-8")
  elseif(name MATCHES "\\.svg$")
    set(type "image/svg+xml")
  elseif(name MATCHES "\\.txt$")
    set(type "text/plain; charset=utf-8")
  else()
    message(FATAL_ERROR "src/web/dist/${name}: no content type is known for it")
  endif()
  set(${out} "${type}" PARENT_SCOPE)
endfunction()
