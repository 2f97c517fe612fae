# SPDX-License-Identifier: Apache-2.0
"""Every rule must be able to fail: each case is a small tree that breaks one rule, next to one that keeps it."""
import unittest

import rules

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


class Rules(unittest.TestCase):
    def breaks(self, rule, path, text, *, says):
        violations = rule({path: text})
        self.assertTrue(violations, f"{rule.__name__} accepted {path}")
        self.assertIn(says, violations[0])

    def keeps(self, rule, path, text):
        self.assertEqual(rule({path: text}), [])

    def test_direction(self):
        self.breaks(rules.direction, "src/base/x.cpp", '\n#include "toolformer/record/document.h"\n', says="base/x.cpp:2")
        self.breaks(rules.direction, "include/toolformer/filter/x.h", "#include <toolformer/decode/sequence.h>", says="decode")
        self.breaks(rules.direction, "src/annotate/x.cpp", '#include "../filter/y.h"', says="full path")
        self.breaks(rules.direction, "src/extra/x.cpp", "", says="no row")
        self.keeps(rules.direction, "src/filter/x.cpp", '#include "toolformer/tools/tool.h"\n#include "criterion.h"\n')
        self.keeps(rules.direction, "src/base/x.cpp", '#include "toolformer/version.h"\n')
        self.keeps(rules.direction, "apps/tf-x.cpp", '#include "toolformer/filter/filter.h"')

    def test_direction_of_wings(self):
        engine, weights = "src/model/engine/x.cpp", "src/model/weights/x.cpp"
        self.breaks(rules.direction, weights, '#include "toolformer/model/engine/a.h"', says="not engine")
        self.breaks(rules.direction, engine, '#include "toolformer/model/load.h"', says="not model")
        self.breaks(rules.direction, "src/model/other/x.cpp", "", says="'model/other' has no row")
        self.keeps(rules.direction, engine, '#include "toolformer/model/network/linear.h"')
        self.keeps(rules.direction, "src/model/load.cpp", '#include "toolformer/model/engine/a.h"')
        self.keeps(rules.direction, "src/eval/x.cpp", '#include "toolformer/tools/contract/tool.h"')

    def test_libraries(self):
        text = "toolformer_library({} SOURCES a.cpp DEPENDS base {} LINK fmt::fmt)"
        self.breaks(rules.libraries, "src/lm/CMakeLists.txt", text.format("lm", "tools"), says="depend on tools")
        linked = "toolformer_library(lm SOURCES a.cpp LINK toolformer::decode)"
        self.breaks(rules.libraries, "src/lm/CMakeLists.txt", linked, says="depend on decode")
        self.keeps(rules.libraries, "src/lm/CMakeLists.txt", text.format("lm", "text"))

    def test_cycles(self):
        a, b = "include/toolformer/lm/a.h", "include/toolformer/lm/b.h"
        circle = {a: '#include "toolformer/lm/b.h"', b: '#include "toolformer/lm/a.h"'}
        self.assertIn("toolformer/lm/a.h -> toolformer/lm/b.h", rules.cycles(circle)[0])
        folders = {a: '#include "toolformer/text/a.h"', "src/text/b.cpp": '#include "toolformer/lm/x.h"'}
        self.assertIn("folders", rules.cycles(folders)[0])
        self.assertEqual(rules.cycles({a: '#include "toolformer/lm/b.h"', b: ""}), [])
        wings = {
            "src/model/engine/a.cpp": '#include "toolformer/model/network/x.h"',
            "src/model/network/b.cpp": '#include "toolformer/model/engine/y.h"',
        }
        self.assertIn("wings", rules.cycles(wings)[0])

    def test_torch(self):
        self.breaks(rules.torch, "src/lm/x.cpp", "#include <torch/torch.h>", says="torch/torch.h")
        self.breaks(rules.torch, "apps/tf-x.cpp", "#include <ATen/ATen.h>", says="ATen")
        self.breaks(rules.torch, "include/toolformer/model/load.h", "#include <torch/torch.h>", says="load.h")
        self.keeps(rules.torch, "src/model/x.cpp", "#include <torch/torch.h>")

    def test_names(self):
        for path in ("src/base/utils.cpp", "include/toolformer/common/x.h", "tests/text/test_helpers.h"):
            self.breaks(rules.names, path, "", says="says nothing")
        self.keeps(rules.names, "src/base/commonwealth.cpp", "")

    def test_length(self):
        self.breaks(rules.length, "src/base/x.cpp", "\n" * 501, says="501 lines")
        self.breaks(rules.length, "apps/tf-x.cpp", "\n" * 101, says="at most 100")
        self.keeps(rules.length, "src/base/x.cpp", "\n" * 500)

    def test_macros(self):
        self.breaks(rules.macros, "src/base/x.cpp", "#define SQUARE(x) ((x) * (x))", says="SQUARE")
        self.breaks(rules.macros, "include/toolformer/base/x.h", "#  define F() 1", says="macro")
        self.keeps(rules.macros, "src/base/x.cpp", "#define FLAG 1\n// #define F(x)\n")

    def test_exits(self):
        for call in ("std::exit(1);", "exit (2);", "abort();", "::_exit(1);", "std::terminate();"):
            self.breaks(rules.exits, "src/base/x.cpp", f"void f() {{\n  {call}\n}}\n", says="x.cpp:2")
        self.keeps(rules.exits, "src/base/x.cpp", '// exit(1)\nauto s = "abort()"; on_exit(); loop.exit(); my::exit_code();\n')
        self.keeps(rules.exits, "apps/app.cpp", "exit(1);")

    def test_todos(self):
        self.breaks(rules.todos, "src/base/x.cpp", "// " + "TODO: later", says="later")
        self.keeps(rules.todos, "src/base/x.cpp", "// " + "TODO(#12): later")

    def test_spdx(self):
        self.breaks(rules.spdx, "src/base/x.cpp", "// none\n", says="SPDX")
        self.keeps(rules.spdx, "src/base/x.cpp", SPDX)
        self.keeps(rules.spdx, "scripts/x.sh", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n")

    def test_mirrored(self):
        sources = {f"src/base/x{i}.cpp": "" for i in range(10)}
        tests = {f"tests/base/x{i}_test.cpp": "" for i in range(9)}
        self.assertEqual(rules.mirrored({**sources, **tests}), [])
        tests.popitem()
        self.assertEqual(len(rules.mirrored({**sources, **tests})), 2)

    def test_secrets(self):
        for line in (
            "cd /home/alice/project",
            'path = "/work/main/x"',
            "-----BEGIN RSA PRIVATE KEY-----",
            "key AKIAABCDEFGHIJKLMNOP",
            "ghp_" + "a" * 36,
            'password = "correct-horse"',
            "https://user:hunter22@example.org/",
        ):
            self.breaks(rules.secrets, "configs/x.toml", line, says="configs/x.toml:1")
        self.keeps(rules.secrets, "README.md", "see https://example.org/home/page and $HOME/work/x, token: none")


if __name__ == "__main__":
    unittest.main()
