from playbook.methods.strategy.answering.wording import fold, tokens, vectoriser


def test_words_of_two_languages_in_one_question():
    assert tokens("My Pebble 连不上蓝牙, why not?") == ["my", "pebble", *tokens("连不上蓝牙"), "why", "not"]
    assert "蓝牙" in tokens("连不上蓝牙")


def test_spelling_mistakes_stay_close():
    vectors = vectoriser().fit(["where is my delivery", "cancel the order"])
    right, wrong = vectors.transform(["my delivery"]), vectors.transform(["my delivry"])
    other = vectors.transform(["cancel"])
    assert (right @ wrong.T)[0, 0] > 0.8 > 0.1 > (wrong @ other.T)[0, 0]


def test_folding_leaves_figures_signs_and_case_out():
    assert fold(["No parcel for 3 days!", "no parcel, for 12 days"]) == ["no parcel for days"] * 2
