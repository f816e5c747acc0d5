from pathlib import Path

import guidelines
from guidelines.fleet.project import travelling

ROOT = Path(guidelines.__file__).parents[1]


def test_a_clone_travels_as_it_is_without_caches_and_results(tmp_path):
    with travelling(ROOT, ROOT / "fleets" / "today") as environment:
        assert environment["working_dir"] == str(ROOT)
        assert "py_modules" not in environment
        assert {".git", ".venv", "__pycache__", "/fleets/today"} <= set(environment["excludes"])
    with travelling(ROOT, tmp_path / "elsewhere") as environment:
        assert not [name for name in environment["excludes"] if "elsewhere" in name]


def test_the_suite_travels_beside_another_project_with_its_experiments(tmp_path):
    with travelling(tmp_path, tmp_path / "fleet") as environment:
        (package,) = map(Path, environment["py_modules"])
        assert package.name == "guidelines"
        assert (package / "experiments" / "test_g1_channel_ratio.py").is_file()
        assert (package / "fleet" / "with_parent.py").is_file()
        assert not list(package.rglob("__pycache__"))
    assert not package.exists()
