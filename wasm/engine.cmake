# The wasm module: engine.js (glue) and engine.wasm. Flags that only newer compilers know are guarded.
target_compile_definitions(core PUBLIC NDEBUG EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
# Small, but for what runs over every byte and every service when a store is opened: that is two to three times as
# fast at -O2. CMake's own flags must go, because a level once given leaves its mark on later ones.
set(CMAKE_CXX_FLAGS_RELEASE "")
file(GLOB FAST core/base/*.cc core/journal/*.cc core/store/*.cc core/model/record.cc core/engine.cc)
set(SMALL ${CORE_SOURCES} ${CMAKE_SOURCE_DIR}/wasm/bindings.cc)
list(REMOVE_ITEM SMALL ${FAST})
set_source_files_properties(${FAST} PROPERTIES COMPILE_OPTIONS -O2)
set_source_files_properties(${SMALL} PROPERTIES COMPILE_OPTIONS -Oz)

add_executable(engine wasm/bindings.cc)
target_compile_options(engine PRIVATE -fno-exceptions -fno-rtti -Wall -Wextra -Werror)
target_link_libraries(engine PRIVATE core)
target_link_options(engine PRIVATE
  -Oz
  -fno-exceptions
  -fno-rtti
  -lembind
  -lidbfs.js
  -sMODULARIZE=1
  -sEXPORT_ES6=1
  -sEXPORT_NAME=createEngineModule
  # The loader always hands the module in, so the one environment whose glue starts everywhere is enough.
  -sENVIRONMENT=web
  # No `new Function`: works under script-src 'self' 'wasm-unsafe-eval' and in workerd.
  -sDYNAMIC_EXECUTION=0
  -sALLOW_MEMORY_GROWTH=1
  -sMALLOC=emmalloc
  -sFORCE_FILESYSTEM=1
  -sSUPPORT_LONGJMP=0
  -sEXPORTED_RUNTIME_METHODS=FS,IDBFS,HEAPU8)
if(EMSCRIPTEN_VERSION VERSION_GREATER_EQUAL 3.1.51)
  target_link_options(engine PRIVATE -sEMBIND_AOT=1)
endif()
