# ruagate_embed_text(TARGET NAMESPACE HEADER file...)
# Makes HEADER (below the target's build folder) with `struct EmbeddedText {std::string_view name, text;}` and
# `inline constexpr EmbeddedText kFiles[]` in NAMESPACE, sorted as given; made anew when a file changes.
function(ruagate_embed_text target namespace header)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded/${header}")
  string(REPLACE ";" "," files "${ARGN}")
  add_custom_command(
    OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" -DOUT=${out} -DNAMESPACE=${namespace} "-DFILES=${files}"
            -P "${PROJECT_SOURCE_DIR}/cmake/EmbedTextScript.cmake"
    DEPENDS ${ARGN} "${PROJECT_SOURCE_DIR}/cmake/EmbedTextScript.cmake"
    VERBATIM)
  target_sources(${target} PRIVATE "${out}")
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/embedded")
endfunction()
