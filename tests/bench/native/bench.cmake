# The core measured with Google Benchmark (npm run bench:native); no part of the default build.
find_package(benchmark REQUIRED)
file(GLOB BENCHMARKS CONFIGURE_DEPENDS tests/bench/native/*.cc)
add_executable(core_benchmark EXCLUDE_FROM_ALL ${BENCHMARKS})
target_compile_options(core_benchmark PRIVATE -Wall -Wextra -Werror)
target_link_libraries(core_benchmark PRIVATE core benchmark::benchmark)
