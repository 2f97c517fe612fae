# Finds libtorch, CPU or CUDA. A user's Torch_DIR or CMAKE_PREFIX_PATH wins; otherwise the virtual environment
# that scripts/setup.sh makes (TOOLFORMER_VENV, default .venv) is asked where its torch wheel keeps the CMake files.
if(NOT Torch_DIR AND NOT DEFINED ENV{Torch_DIR})
  find_package(Torch QUIET CONFIG)
endif()
if(NOT Torch_FOUND)
  if(NOT Torch_DIR)
    set(TOOLFORMER_VENV "${PROJECT_SOURCE_DIR}/.venv" CACHE PATH "Virtual environment that holds the torch wheel")
    execute_process(
      COMMAND ${TOOLFORMER_VENV}/bin/python -c "import torch.utils, sys; sys.stdout.write(torch.utils.cmake_prefix_path)"
      OUTPUT_VARIABLE TOOLFORMER_TORCH_PREFIX RESULT_VARIABLE TOOLFORMER_TORCH_RESULT ERROR_QUIET)
    if(NOT TOOLFORMER_TORCH_RESULT EQUAL 0)
      message(FATAL_ERROR "libtorch was not found. Run scripts/setup.sh, or pass -DTorch_DIR=<libtorch>/share/cmake/Torch, "
                          "or build without the models: -DTOOLFORMER_TORCH=OFF")
    endif()
    list(APPEND CMAKE_PREFIX_PATH ${TOOLFORMER_TORCH_PREFIX})
  endif()
  find_package(Torch REQUIRED CONFIG)
endif()
# The wheel's own flags (_GLIBCXX_USE_CXX11_ABI) must reach every target that shares objects with it.
set(CMAKE_CXX_FLAGS "${CMAKE_CXX_FLAGS} ${TORCH_CXX_FLAGS}")
message(STATUS "libtorch ${Torch_VERSION}: ${Torch_DIR}, CUDA: ${TORCH_CUDA_LIBRARIES}")
# Programs find the libraries where they were linked, also after `cmake --install`.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
