import json

import pytest

from home import CLIENT, tiny_client
from parcels import edition, publish
from playbook.delivery.drafting import write_draft
from playbook.delivery.recipients import require_own_domains
from playbook.engagement import open_engagement
from playbook.errors import DeliveryError, EngagementError


def client(home, recipients, name="acme"):
    (home / "notebooks").mkdir(exist_ok=True)
    tiny_client(home, name, client_yml=f"{CLIENT}recipients: {recipients}\n")
    return open_engagement(name, root=home)


def test_people_of_a_house_that_had_a_report_need_no_confirmation(tmp_path):
    require_own_domains(client(tmp_path, "[a@acme.example, b@ACME.example]"), ("x@acme.example",), ())


def test_the_first_domain_of_a_client_has_to_be_confirmed_too(tmp_path):
    acme = client(tmp_path, "[a@acme.example, b@acme.example]")
    with pytest.raises(DeliveryError, match=r"say once: --allow-domain acme.example\n.*a@acme.example: no report of this client"):
        require_own_domains(acme, (), ())
    require_own_domains(acme, (), ("acme.example",))


def test_nobody_is_no_stop(tmp_path):
    require_own_domains(client(tmp_path, "[]"), (), ())


def test_another_domain_is_a_stop_until_it_is_confirmed(tmp_path):
    acme = client(tmp_path, "[a@acme.example, b@acne.example]")
    with pytest.raises(DeliveryError, match=r"say once: --allow-domain acne.example\n.*b@acne.example: .* is not acme.example"):
        require_own_domains(acme, ("a@acme.example",), ())
    require_own_domains(acme, ("a@acme.example",), ("ACNE.example",))


def test_what_earlier_reports_went_to_counts_more_than_the_first_name(tmp_path):
    acme = client(tmp_path, "[a@acme.example]")
    with pytest.raises(DeliveryError, match="acme.example is not old.example"):
        require_own_domains(acme, ("x@old.example",), ())
    require_own_domains(acme, ("x@old.example", "y@acme.example"), ())


def test_the_domain_of_another_client_is_a_stop_even_as_the_first(tmp_path):
    client(tmp_path, "[chief@umbra.example]", "umbra")
    acme = client(tmp_path, "[a@umbra.example]")
    with pytest.raises(DeliveryError, match="umbra.example also receives the reports of umbra"):
        require_own_domains(acme, ("a@umbra.example",), ())
    require_own_domains(acme, (), ("umbra.example",))


def test_a_domain_is_the_same_however_it_is_written(tmp_path):
    client(tmp_path, "[chief@müller.example]", "umbra")
    acme = client(tmp_path, "[a@xn--mller-kva.example]")
    with pytest.raises(DeliveryError, match=r"--allow-domain xn--mller-kva.example\n.*also receives the reports of umbra"):
        require_own_domains(acme, (), ())
    require_own_domains(acme, (), ("MÜLLER.example",))


def test_a_client_file_that_changes_is_read_anew(tmp_path):
    client(tmp_path, "[chief@umbra.example]", "umbra")
    acme = client(tmp_path, "[a@acme.example]")
    require_own_domains(acme, ("a@acme.example",), ())
    (tmp_path / "data/umbra/client.yml").write_text(f"{CLIENT}recipients: [chief@acme.example, b@umbra.example]\n")
    with pytest.raises(DeliveryError, match="acme.example also receives the reports of umbra"):
        require_own_domains(acme, ("a@acme.example",), ())


def test_a_confirmed_domain_is_remembered_with_the_draft(tmp_path):
    publish(tmp_path, yml="recipients: [a@acme.example, b@adviser.example]\n", new=True)
    with pytest.raises(DeliveryError, match="--allow-domain acme.example --allow-domain adviser.example"):
        write_draft(edition(tmp_path))
    first = write_draft(edition(tmp_path), allowed=("ACME.example", "adviser.example", "other.example"))
    note = json.loads(first.file.with_suffix(".json").read_text("utf-8"))
    assert note["allowed_domains"] == ["acme.example", "adviser.example"]
    publish(tmp_path, note="A word of ours.")
    assert write_draft(edition(tmp_path)).fresh and write_draft(edition(tmp_path)).digest != first.digest


def test_a_confirmation_is_one_clients_alone(tmp_path):
    yml = "recipients: [a@holding.example]\n"
    for name in ("acme", "umbra"):
        publish(tmp_path, name, name=name.title(), yml=yml, new=True)
    assert write_draft(edition(tmp_path, "acme"), allowed=("holding.example",)).fresh
    with pytest.raises(DeliveryError, match="umbra: recipients that nobody has confirmed"):
        write_draft(edition(tmp_path, "umbra"))


def test_an_address_in_letters_of_another_case_counts_once(tmp_path):
    assert client(tmp_path, "[Board@acme.example, board@Acme.example, a@acme.example, A@acme.example]").recipients == (
        "Board@acme.example", "a@acme.example",
    )  # fmt: skip


@pytest.mark.parametrize("address", ["board", "a@b", "a b@c.example", "a@b.example, c@d.example", "Jo <j@a.example>", "a@local"])
def test_what_is_no_address_is_refused_with_the_client_file(tmp_path, address):
    with pytest.raises(EngagementError, match="recipients > number 1: .* is no e-mail address"):
        client(tmp_path, f"['{address}']")


def test_an_address_with_a_domain_in_other_letters_is_kept_as_mail_servers_write_it(tmp_path):
    assert client(tmp_path, "[leitung@müller.example]").recipients == ("leitung@xn--mller-kva.example",)
