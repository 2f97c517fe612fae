# Finds libtorch, CPU or CUDA, and defines the target `toolformer_torch`.
# Looked for, in this order: Torch_DIR (cache or environment), CMAKE_PREFIX_PATH, and the virtual environment that
# scripts/setup.sh makes (TOOLFORMER_VENV, default .venv).
set(TOOLFORMER_VENV "${PROJECT_SOURCE_DIR}/.venv" CACHE PATH "Virtual environment that holds the torch wheel")

if(NOT Torch_DIR AND DEFINED ENV{Torch_DIR})
  set(Torch_DIR $ENV{Torch_DIR})
endif()
if(NOT Torch_DIR)
  file(GLOB venv_torch "${TOOLFORMER_VENV}/lib/python3*/site-packages/torch")
  find_path(Torch_DIR TorchConfig.cmake HINTS ${CMAKE_PREFIX_PATH} ENV CMAKE_PREFIX_PATH PATHS ${venv_torch} /usr
            PATH_SUFFIXES share/cmake/Torch lib/cmake/Torch DOC "Folder of TorchConfig.cmake")
endif()
if(NOT EXISTS "${Torch_DIR}/TorchConfig.cmake")
  message(FATAL_ERROR "libtorch was not found (Torch_DIR is '${Torch_DIR}'). Run scripts/setup.sh, or pass "
                      "-DTorch_DIR=<libtorch>/share/cmake/Torch, or build without the models: -DTOOLFORMER_TORCH=OFF")
endif()

add_library(toolformer_torch INTERFACE)
get_filename_component(torch_root "${Torch_DIR}/../../.." ABSOLUTE)
if(EXISTS "${torch_root}/lib/libtorch_cpu.so")
  # The wheel and the libtorch archive. Linked by hand: their CMake files insist on a whole CUDA toolkit, which neither
  # this project's sources nor the programs need, as the CUDA build brings its own run-time libraries.
  set(torch_version_header "${torch_root}/include/torch/headeronly/version.h")
  if(NOT EXISTS "${torch_version_header}")  # older than 2.8
    set(torch_version_header "${torch_root}/include/torch/csrc/api/include/torch/version.h")
  endif()
  file(STRINGS "${torch_version_header}" torch_version REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
  list(TRANSFORM torch_version REPLACE ".*_[A-Z]+ +" "")
  list(JOIN torch_version "." Torch_VERSION)
  # Searched after the system's folders: libtorch brings copies of other libraries' headers (fmt) that are
  # not the versions we link.
  target_compile_options(toolformer_torch INTERFACE
    "SHELL:-idirafter ${torch_root}/include" "SHELL:-idirafter ${torch_root}/include/torch/csrc/api/include")
  set(torch_libraries "${torch_root}/lib/libtorch_cpu.so" "${torch_root}/lib/libc10.so")
  set(TOOLFORMER_CUDA OFF)
  if(EXISTS "${torch_root}/lib/libtorch_cuda.so")
    set(TOOLFORMER_CUDA ON)
    list(APPEND torch_libraries "${torch_root}/lib/libc10_cuda.so")
    # Nothing calls into it by name: it registers the CUDA operators when it is loaded.
    target_link_options(toolformer_torch INTERFACE
      "LINKER:--push-state,--no-as-needed,${torch_root}/lib/libtorch_cuda.so,--pop-state"
      "LINKER:--allow-shlib-undefined")
  endif()
  target_link_libraries(toolformer_torch INTERFACE ${torch_libraries} Threads::Threads)
else()
  # A distribution's package has a layout of its own.
  find_package(Torch REQUIRED CONFIG)
  target_link_libraries(toolformer_torch INTERFACE ${TORCH_LIBRARIES})
  set(TOOLFORMER_CUDA ${USE_CUDA})
endif()
if(Torch_VERSION VERSION_LESS 2.7)
  message(FATAL_ERROR "libtorch ${Torch_VERSION} in ${torch_root} is too old: 2.7 or newer is needed (tested: 2.13, 2.14)")
endif()
# NCCL and the CUDA run-time that it includes and is linked with come as wheels beside torch's, or from the system.
set(TOOLFORMER_NCCL_FOUND OFF)
if(TOOLFORMER_CUDA)
  find_path(NCCL_INCLUDE nccl.h HINTS "${torch_root}/../nvidia/nccl/include")
  find_library(NCCL_LIBRARY NAMES nccl libnccl.so.2 HINTS "${torch_root}/../nvidia/nccl/lib")
  file(GLOB cuda_wheels "${torch_root}/../nvidia/cuda_runtime" "${torch_root}/../nvidia/cu[0-9]*")
  # cuda_runtime.h needs crt/, which the wheel of the run-time lacks: it is in nvidia-cuda-crt, and in every toolkit.
  set(cuda_places HINTS ${cuda_wheels} PATHS ENV CUDA_HOME /usr/local/cuda)
  find_path(CUDA_RUNTIME_INCLUDE crt/host_config.h ${cuda_places} PATH_SUFFIXES include)
  find_library(CUDA_RUNTIME_LIBRARY NAMES cudart libcudart.so.13 libcudart.so.12 NAMES_PER_DIR ${cuda_places}
               PATH_SUFFIXES lib lib64)
  if(NCCL_INCLUDE AND NCCL_LIBRARY AND CUDA_RUNTIME_INCLUDE AND CUDA_RUNTIME_LIBRARY)
    set(TOOLFORMER_NCCL_FOUND ON)
  endif()
endif()
find_package(MPI QUIET COMPONENTS CXX)
message(STATUS "several processes of tf-finetune: MPI ${MPI_CXX_FOUND}, NCCL ${TOOLFORMER_NCCL_FOUND}")
message(STATUS "libtorch ${Torch_VERSION} in ${torch_root}, CUDA: ${TOOLFORMER_CUDA}")
# Programs find the libraries where they were linked, also after `cmake --install`.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
# Needed by name too: CMake leaves out what lies inside the source tree, as .venv does.
list(APPEND CMAKE_INSTALL_RPATH "${torch_root}/lib")
