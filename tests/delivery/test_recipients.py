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


def test_people_of_one_house_need_no_confirmation(tmp_path):
    require_own_domains(client(tmp_path, "[a@acme.example, b@ACME.example]"), (), ())


def test_nobody_is_no_stop(tmp_path):
    require_own_domains(client(tmp_path, "[]"), (), ())


def test_another_domain_is_a_stop_until_it_is_confirmed(tmp_path):
    acme = client(tmp_path, "[a@acme.example, b@acne.example]")
    with pytest.raises(DeliveryError, match=r"say --allow-domain acne.example\n.*b@acne.example: .* is not acme.example"):
        require_own_domains(acme, (), ())
    require_own_domains(acme, (), ("ACNE.example",))


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
    require_own_domains(acme, (), ())
    (tmp_path / "data/umbra/client.yml").write_text(f"{CLIENT}recipients: [chief@acme.example, b@umbra.example]\n")
    with pytest.raises(DeliveryError, match="acme.example also receives the reports of umbra"):
        require_own_domains(acme, (), ())


def test_a_confirmed_domain_is_remembered_with_the_draft(tmp_path):
    publish(tmp_path, yml="recipients: [a@acme.example, b@adviser.example]\n")
    with pytest.raises(DeliveryError, match="--allow-domain adviser.example"):
        write_draft(edition(tmp_path))
    assert write_draft(edition(tmp_path), allowed=("adviser.example",)).fresh


@pytest.mark.parametrize("address", ["board", "a@b", "a b@c.example", "a@b.example, c@d.example", "Jo <j@a.example>", "a@local"])
def test_what_is_no_address_is_refused_with_the_client_file(tmp_path, address):
    with pytest.raises(EngagementError, match="recipients > number 1: .* is no e-mail address"):
        client(tmp_path, f"['{address}']")


def test_an_address_with_a_domain_in_other_letters_is_kept_as_mail_servers_write_it(tmp_path):
    assert client(tmp_path, "[leitung@müller.example]").recipients == ("leitung@xn--mller-kva.example",)
