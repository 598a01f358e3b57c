"""Each validator against a second implementation of the same number: the same answer to 10,000 numbers."""
import datetime
import importlib
import os
import random
import subprocess
from pathlib import Path

import base58
import phonenumbers
import pytest
from mnemonic import Mnemonic
from stdnum import bitcoin
from stdnum.exceptions import ValidationError

from numbers_to_try import numbers

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("CLASSIFIER_BENCH", ROOT / ".build/release/classifier-bench"))
COUNT = int(os.environ.get("CROSS_CHECK_COUNT", "10000"))

# Validator: (module of python-stdnum, templates of numbers).
SAME = {
    "luhn": ("luhn", ["#" * 12, "#" * 16, "##"]),
    "verhoeff": ("verhoeff", ["#" * 12, "####"]),
    "iso7064-mod11-10": ("iso7064.mod_11_10", ["#" * 11, "####"]),
    "mod97-10": ("iso7064.mod_97_10", ["%" * 18, "#" * 14]),
    "imei": ("imei", ["#" * 15]),
    "isni": ("isni", ["#" * 16, "#" * 15 + "X"]),
    "lei": ("lei", ["%" * 18 + "##"]),
    "iban": ("iban", ["DE" + "#" * 20, "GB##@@@@" + "#" * 14, "FR" + "#" * 25, "NL##@@@@" + "#" * 10, "NO" + "#" * 13]),
    "at-svnr": ("at.vnr", ["####<dmy>"]),
    "at-tin": ("at.tin", ["#" * 9]),
    "at-uid": ("at.uid", ["U" + "#" * 8, "ATU" + "#" * 8]),
    "au-abn": ("au.abn", ["#" * 11]),
    "au-acn": ("au.acn", ["#" * 9]),
    "au-tfn": ("au.tfn", ["#" * 9]),
    "az-voen": ("az.voen", ["#" * 10]),
    "be-rrn": ("be.nn", ["<ymd>#####"]),
    "be-vat": ("be.vat", ["0" + "#" * 9, "BE0" + "#" * 9]),
    "bg-egn": ("bg.egn", ["<ymd>####"]),
    "bg-lnch": ("bg.pnf", ["#" * 10]),
    "br-cnpj": ("br.cnpj", ["#" * 14]),
    "br-cpf": ("br.cpf", ["#" * 11]),
    "by-unp": ("by.unp", ["#" * 9]),
    "ca-bc-phn": ("ca.bc_phn", ["9" + "#" * 9]),
    "ca-sin": ("ca.sin", ["#" * 9]),
    "ch-ahv": ("ch.ssn", ["756" + "#" * 10]),
    "ch-uid": ("ch.uid", ["CHE" + "#" * 9]),
    "cl-rut": ("cl.rut", ["#" * 9, "#" * 8 + "K", "#" * 8]),
    "cn-resident-id": ("cn.ric", ["110101<Ymd>####", "440304<Ymd>###X"]),
    "cn-uscc": ("cn.uscc", ["91" + "#" * 6 + "%" * 10]),
    "co-nit": ("co.nit", ["#" * 10, "#" * 9]),
    "cu-ni": ("cu.ni", ["<ymd>#####"]),
    "cy-vat": ("cy.vat", ["#" * 8 + "@"]),
    "cz-ico": ("cz.dic", ["#" * 8]),
    "cz-rodne-cislo": ("cz.rc", ["<ymd>####"]),
    "de-steuer-id": ("de.idnr", ["#" * 11]),
    "de-vat": ("de.vat", ["#" * 9, "DE" + "#" * 9]),
    "dk-cpr": ("dk.cpr", ["<dmy>####"]),
    "dk-cvr": ("dk.cvr", ["#" * 8]),
    "do-cedula": ("do.cedula", ["#" * 11]),
    "do-rnc": ("do.rnc", ["#" * 9]),
    "ec-ci": ("ec.ci", ["17" + "#" * 8]),
    "ec-ruc": ("ec.ruc", ["17" + "#" * 11, "179" + "#" * 7 + "001"]),
    "ee-isikukood": ("ee.ik", ["3<ymd>####", "4<ymd>####"]),
    "ee-vat": ("ee.kmkr", ["#" * 9]),
    "es-ccc": ("es.ccc", ["#" * 20]),
    "es-cif": ("es.cif", ["@#######%", "B" + "#" * 8]),
    "fi-hetu": ("fi.hetu", ["<dmy>-###%", "<dmy>A###%"]),
    "fi-ytunnus": ("fi.ytunnus", ["#" * 8]),
    "fr-nir": ("fr.nir", ["1##0#" + "#" * 10, "1##0#2A" + "#" * 8]),
    "fr-siren": ("fr.siren", ["#" * 9]),
    "fr-siret": ("fr.siret", ["#" * 14, "356000000#####"]),
    "fr-spi": ("fr.nif", ["0" + "#" * 12]),
    "fr-tva": ("fr.tva", ["#" * 11, "@#" + "#" * 9, "#@" + "#" * 9]),
    "gb-upn": ("gb.upn", ["@801" + "#" * 9, "@801" + "#" * 8 + "@"]),
    "gb-utr": ("gb.utr", ["#" * 10]),
    "gb-vat": ("gb.vat", ["#" * 9]),
    "gh-tin": ("gh.tin", ["P00" + "#" * 8, "C00" + "#" * 7 + "X"]),
    "gn-nifp": ("gn.nifp", ["#" * 9]),
    "gr-afm": ("gr.vat", ["#" * 9]),
    "gr-amka": ("gr.amka", ["<dmy>#####"]),
    "hr-oib": ("hr.oib", ["#" * 11]),
    "hu-vat": ("hu.anum", ["#" * 8]),
    "id-npwp": ("id.npwp", ["#" * 15]),
    "ie-pps": ("ie.pps", ["#######@", "#######@A", "#######@W"]),
    "il-idnr": ("il.idnr", ["#" * 9]),
    "in-aadhaar": ("in_.aadhaar", ["#" * 12]),
    "in-epic": ("in_.epic", ["@@@#######"]),
    "in-gstin": ("in_.gstin", ["27@@@P@####@1Z%"]),
    "in-pan": ("in_.pan", ["@@@P@####@", "@@@@@####@"]),
    "in-vid": ("in_.vid", ["#" * 16]),
    "is-kennitala": ("is_.kennitala", ["<dmy>###9", "<dmy>###0"]),
    "it-codice-fiscale": ("it.codicefiscale", ["@@@@@@##A##@###@"]),
    "it-piva": ("it.iva", ["#" * 11]),
    "jmbg": ("si.emso", ["<dm>9########", "<dm>0########"]),
    "jp-corporate-number": ("jp.cn", ["#" * 13]),
    "jp-my-number": ("jp.in_", ["#" * 12]),
    "lt-vat": ("lt.pvm", ["#######1#", "##########1#"]),
    "lu-vat": ("lu.tva", ["#" * 8]),
    "lv-vat": ("lv.pvn", ["4" + "#" * 10]),
    "ma-ice": ("ma.ice", ["#" * 15]),
    "md-idno": ("md.idno", ["#" * 13]),
    "me-pib": ("me.pib", ["#" * 8]),
    "meid": ("meid", ["A" + "#" * 14]),
    "mk-edb": ("mk.edb", ["#" * 13]),
    "mt-vat": ("mt.vat", ["#" * 8]),
    "mu-nid": ("mu.nid", ["@<dmy>######%"]),
    "mx-curp": ("mx.curp", ["@@@@<ymd>HDF@@@##"]),
    "mx-rfc": ("mx.rfc", ["@@@@<ymd>%%%", "@@@<ymd>%%%"]),
    "my-nric": ("my.nric", ["<ymd>######"]),
    "mz-nuit": ("mz.nuit", ["#" * 9]),
    "nl-bsn": ("nl.bsn", ["#" * 9]),
    "nl-btw": ("nl.btw", ["#" * 9 + "B##"]),
    "no-fodselsnummer": ("no.fodselsnummer", ["<dmy>#####"]),
    "no-kontonr": ("no.kontonr", ["#" * 11]),
    "no-orgnr": ("no.orgnr", ["#" * 9]),
    "nz-ird": ("nz.ird", ["#" * 9, "#" * 8, "1" + "#" * 8]),
    "pe-ruc": ("pe.ruc", ["20" + "#" * 9, "10" + "#" * 9]),
    "pl-nip": ("pl.nip", ["#" * 10]),
    "pl-pesel": ("pl.pesel", ["<ymd>#####"]),
    "pl-regon": ("pl.regon", ["#" * 9, "#" * 14]),
    "pt-cc": ("pt.cc", ["#" * 9 + "ZZ#", "#" * 9 + "%%#"]),
    "pt-nif": ("pt.nif", ["#" * 9]),
    "py-ruc": ("py.ruc", ["#" * 9, "#" * 8]),
    "ro-cnp": ("ro.cnp", ["1<ymd>######"]),
    "ro-cui": ("ro.cui", ["#" * 8, "#" * 10]),
    "rs-pib": ("rs.pib", ["#" * 9]),
    "ru-inn": ("ru.inn", ["#" * 12]),
    "ru-ogrn": ("ru.ogrn", ["1" + "#" * 12, "3" + "#" * 14]),
    "se-personnummer": ("se.personnummer", ["<ymd>-####", "<Ymd>-####"]),
    "si-davcna": ("si.ddv", ["#" * 8]),
    "sk-dic": ("sk.dph", ["202" + "#" * 7]),
    "sv-nit": ("sv.nit", ["0" + "#" * 13]),
    "th-id": ("th.pin", ["#" * 13]),
    "tr-tckn": ("tr.tckimlik", ["#" * 11]),
    "tr-vkn": ("tr.vkn", ["#" * 10]),
    "tw-ubn": ("tw.ubn", ["#" * 8]),
    "ua-edrpou": ("ua.edrpou", ["#" * 8]),
    "ua-rntrc": ("ua.rntrc", ["#" * 10]),
    "uk-nhs": ("gb.nhs", ["#" * 10]),
    "us-aba": ("us.rtn", ["#" * 9]),
    "us-ssn": ("us.ssn", ["#" * 9]),
    "uy-rut": ("uy.rut", ["21" + "#" * 6 + "001#"]),
    "ve-rif": ("ve.rif", ["V" + "#" * 9, "J" + "#" * 9]),
    "vn-mst": ("vn.mst", ["#" * 10, "#" * 13]),
    "za-id": ("za.idnr", ["<ymd>#####0##", "<ymd>####08#"]),
    "za-tin": ("za.tin", ["#" * 10]),
}

def is_dated(module, value: str) -> bool:
    try:
        return bool(module.get_birth_date(value))
    except ValidationError:
        return False


def italian_day(value: str) -> int:
    """The day of birth, whose digits letters may stand for."""
    return int("".join(c if c.isdigit() else str("LMNPQRSTUV".index(c)) for c in value[9:11]))


# Where the other one can be told to look closer, or asks about more than the number itself (a list of tax offices, the tail of
# an account number).
HOW = {
    "at-tin": lambda m, v: m.calc_check_digit(v) == v[-1],
    "cn-resident-id": lambda m, v: len(v) == 18 and m.calc_check_digit(v) == v[-1] and is_dated(m, v),
    "fi-hetu": lambda m, v: m.is_valid(v, allow_temporary=True),
    "iban": lambda m, v: m.is_valid(v, check_country=False),
    "mx-rfc": lambda m, v: m.is_valid(v, validate_check_digits=True),
    # Of a remainder past 9 the last digit counts (order of the tax service); the other one refuses such numbers.
    "ru-ogrn": lambda m, v: m.is_valid(v) or len(v) == 15 and v[0] in "34" and int(v[:-1]) % 13 == 10 + int(v[-1]),
    "sk-dic": lambda m, v: v.isdigit() and len(v) == 10 and m.checksum(v) == 0,
}

THAI_PROVINCES = {*range(10, 28), *range(30, 59), *range(60, 68), *range(70, 78), *range(80, 87), *range(90, 97)}

# What ours asks on top, each with its reason.
STRICTER = {
    "at-svnr": lambda v: 1 <= int(v[6:8]) <= 15 and 1 <= int(v[4:6]) <= 31,  # a birth date
    "at-tin": lambda v: v[0] != "0" and len(set(v)) > 1,  # offices begin at 03 (of states) and 10: none has a leading zero
    "be-rrn": lambda v: int(v[4:6]) <= 31,  # a day, or 00 where it is not known
    "cn-resident-id": lambda v: v[6:8] in ("18", "19", "20"),
    "fr-nir": lambda v: v[0] in "123478" and (1 <= int(v[3:5]) <= 12 or 20 <= int(v[3:5]) <= 42 or int(v[3:5]) >= 50),  # sex, month
    "it-codice-fiscale": lambda v: 1 <= italian_day(v) <= 31 or 41 <= italian_day(v) <= 71,
    "lv-vat": lambda v: v[0] > "3",  # companies only; persons have a validator of their own
    "pl-nip": lambda v: v[0] != "0",  # no tax office's number begins with zero
    "pt-cc": lambda v: len(v) == 12 and v[:9].isdigit(),  # its full form
    "pt-nif": lambda v: v[0] != "4" or v[1] == "5",  # of the fours only 45 is given
    "rs-pib": lambda v: v[0] != "0",  # they begin at 100000001
    "se-personnummer": lambda v: len(v) < 13 or v[:2] in ("18", "19", "20"),  # living people's centuries
    "sk-dic": lambda v: v[0] != "0" and v[2] in "234789",  # birth numbers are not tax numbers
    "th-id": lambda v: int(v[1:3]) in THAI_PROVINCES,
    "us-aba": lambda v: int(v[:2]) in (*range(1, 13), *range(21, 33), *range(61, 73), 80),  # districts of the Federal Reserve
}

# Numbers that only a calendar tells apart: births that are still to come.
FUTURE = {"be-rrn", "dk-cpr", "no-fodselsnummer", "cu-ni", "cn-resident-id"}


def oracle(name: str, module):
    def accepts(value: str) -> bool:
        valid = HOW[name](module, value) if name in HOW else module.is_valid(value)
        return bool(valid) and (name not in STRICTER or STRICTER[name](value))

    return accepts


def is_unborn(name: str, module, value: str) -> bool:
    if name not in FUTURE:
        return False
    if name == "be-rrn":  # The other one refuses to say when they will be born.
        return datetime.date.today().year % 100 <= int(value[:2]) < 40
    try:
        return (module.get_birth_date(value) or datetime.date.today()) >= datetime.date.today()
    except ValidationError:
        return False


def answers(name: str, values: list[str]) -> list[bool]:
    lines = "".join(f"{name}\t{value}\n" for value in values)
    done = subprocess.run([BENCH, "validate", "-"], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    said = done.stdout.decode().split()
    assert len(said) == len(values) and set(said) <= {"0", "1"}, f"{name}: {set(said)}"
    return [answer == "1" for answer in said]


def compare(name: str, values: list[str], accepts, skips=lambda value: False) -> None:
    for value, mine in zip(values, answers(name, values)):
        assert skips(value) or mine == bool(accepts(value)), f"{name}: {value} is {'accepted' if mine else 'refused'} here alone"


@pytest.mark.parametrize("name", sorted(SAME))
def test_same_answers(name):
    module, templates = SAME[name]
    module = importlib.import_module(f"stdnum.{module}")
    accepts = oracle(name, module)
    rng = random.Random(f"sluice {name}")
    values = numbers(templates, accepts, COUNT, rng)
    assert sum(map(bool, map(accepts, values))) > COUNT // 200, "hardly a valid number among them"
    compare(name, values, accepts, lambda value: is_unborn(name, module, value))


def test_telephone_numbers_have_the_length_of_their_country():
    def accepts(value: str) -> bool:
        try:
            number = phonenumbers.parse(value)
        except phonenumbers.NumberParseException:
            return False
        national = phonenumbers.national_significant_number(number)
        if len(national) < 6:
            return False
        if number.country_code == 1 and (national[0] < "2" or national[3] < "2"):
            return False
        return phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE

    def drops(value: str) -> bool:
        try:
            number = phonenumbers.parse(value)
        except phonenumbers.NumberParseException:
            return False
        return f"+{number.country_code}{phonenumbers.national_significant_number(number)}" != value

    rng = random.Random("sluice e164")
    values = []
    for _ in range(COUNT):
        digits = "".join(rng.choices("0123456789", k=rng.randrange(6, 14)))
        values.append("+" + rng.choice("123456789") + digits)
    # A zero that is dialled at home alone the other one silently drops.
    compare("e164", values, accepts, drops)


def test_seed_phrases():
    mnemonic = Mnemonic("english")
    rng = random.Random("sluice seed")
    values = []
    for index in range(COUNT):
        words = mnemonic.to_mnemonic(rng.randbytes(rng.choice([16, 20, 24, 28, 32]))).split()
        if index % 2:
            words[rng.randrange(len(words))] = rng.choice(mnemonic.wordlist)
        values.append(" ".join(words))
    compare("seed-phrase", values, mnemonic.check)


def test_bitcoin_addresses():
    rng = random.Random("sluice bitcoin")
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    values = []
    for index in range(COUNT):
        address = base58.b58encode_check(bytes([rng.choice([0, 5])]) + rng.randbytes(20)).decode()
        if index % 2:
            place = rng.randrange(1, len(address))
            address = address[:place] + rng.choice(alphabet) + address[place + 1 :]
        values.append(address)
    compare("btc-address", values, bitcoin.is_valid)
