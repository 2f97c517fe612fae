// SPDX-License-Identifier: Apache-2.0
// What people give as a model and is none: named, with the command that helps.
#pragma once

#include <filesystem>

namespace toolformer::formats {

/// Throws DataError for what is known to be no model: a Git LFS pointer, an archive, a PEFT
/// adapter, a folder around models, weights of another kind. All else passes: reading it says what
/// it lacks.
void refuse_no_model(const std::filesystem::path& model);

}  // namespace toolformer::formats
