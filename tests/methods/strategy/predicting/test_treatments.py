import pandas as pd

from playbook.methods.strategy.predicting.treatments import treatments


def test_one_spelling_for_each_treatment_and_one_word_for_nothing():
    told = pd.Series(["E-Mail", "e-mail ", "E-Mail", "Anruf", None, "", "Control", "no", "nobody", float("nan"), "電話"])
    expected = ["E-Mail", "E-Mail", "E-Mail", "Anruf", *["none"] * 6, "電話"]
    assert treatments(told).tolist() == expected
    assert treatments(told.iloc[:0]).tolist() == []
    assert treatments(told.astype("category")).tolist() == expected
    assert told.iloc[1] == "e-mail "


def test_a_tie_between_spellings_does_not_depend_on_the_order():
    assert treatments(pd.Series(["mail", "Mail"])).tolist() == treatments(pd.Series(["Mail", "mail"])).tolist() == ["Mail"] * 2
