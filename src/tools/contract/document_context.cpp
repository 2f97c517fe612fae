// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/document_context.h"

#include "toolformer/record/document_date.h"

namespace toolformer::tools {

CallContext context_of(const record::Document& document) {
  CallContext context;
  context.date = record::date_of(document);
  context.own = std::make_shared<OwnDocument>(document);
  return context;
}

}  // namespace toolformer::tools
