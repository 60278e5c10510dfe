"""What CONTRIBUTING tells a newcomer to write, copied word for word, keeps every promise of a scheme."""

import re
import sys
import textwrap
import types
from pathlib import Path

import kgan

ROOT = Path(kgan.__file__).resolve().parent.parent


def test_contributings_scheme_and_its_test_pass_as_they_stand(monkeypatch):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r" +```python\n(.*?)```", text, re.DOTALL)
    scheme, test = map(textwrap.dedent, blocks)
    module = types.ModuleType("kgan.schemes.generation.my_scheme")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(scheme, module.__dict__)
    monkeypatch.setattr(kgan, "MyScheme", module.MyScheme, raising=False)
    written = {}
    exec(test, written)
    written["test_my_scheme"]()
