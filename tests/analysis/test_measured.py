def test_a_file_without_samples_is_noted(entry, results):
    bare = results(entry("g=1", 1.0, samples_s=()), entry("g=8", 2.0, samples_s=()))
    assert bare.notes == ("a.json holds no samples: intervals are as saved, or scaled from those",)
