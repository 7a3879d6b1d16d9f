from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from trialport.define.check import define_faults
from trialport.define.html import define_html
from trialport.define.model import (
    DefineCheck,
    DefineCodelist,
    DefineComment,
    DefineDataset,
    DefineDocument,
    DefineExpression,
    DefineFile,
    DefineItem,
    DefineItemRef,
    DefineLeaf,
    DefineMethod,
    DefineOrigin,
    DefineStandard,
    DefineTerm,
    DefineValueList,
    DefineWhere,
)
from trialport.define.writer import define_xml
from trialport.diagnostics import WriteError

SEX = DefineItem(
    oid="IT.DM.SEX",
    name="SEX",
    label="Sex",
    type="text",
    length=1,
    sas_name="SEX",
    origins=(DefineOrigin("Collected", "Investigator"),),
    codelist="CL.SEX",
)
AGE = DefineItem(
    oid="IT.DM.AGE",
    name="AGE",
    label="Age",
    type="integer",
    length=8,
    sas_name="AGE",
    origins=(DefineOrigin("Derived", "Sponsor"),),
    comment="COM.DM.AGE",
)
LISTED = (
    DefineItemRef("IT.DM.SEX", role="Record Qualifier"),
    DefineItemRef("IT.DM.AGE", method="MT.DM.AGE", key=1),
)
DM = DefineDataset(
    oid="IG.DM",
    name="DM",
    label="Demographics",
    class_="SPECIAL PURPOSE",
    structure="One record per subject",
    items=LISTED,
    leaf=DefineLeaf("LF.DM", "dm.xpt", "dm.xpt"),
    domain="DM",
    sas_name="DM",
    purpose="Tabulation",
    standard="STD.SDTMIG.3.4",
    repeating=False,
)
EXPRESSION = DefineExpression("SQL", "age(BRTHDTC, RFSTDTC)")
DOCUMENT = DefineDocument(
    file=DefineFile("S1.SDTM.DEFINE", "STDY.S1", "MDV.S1.SDTM", system="trialport"),
    study="S1",
    protocol="S1",
    name="S1 SDTM",
    description="S1 SDTM",
    study_description="A small study",
    standards=(
        DefineStandard("STD.SDTMIG.3.4", "SDTMIG", "3.4"),
        DefineStandard("STD.CT.SDTM.2025-03-28", "CDISC/NCI", "2025-03-28", "CT", "SDTM"),
    ),
    datasets=(DM,),
    items=(SEX, AGE),
    codelists=(
        DefineCodelist(
            "CL.SEX",
            "Sex",
            terms=(DefineTerm("F", "Female", "C16576"), DefineTerm("X", "Other", extended=True)),
            code="C66731",
            standard="STD.CT.SDTM.2025-03-28",
        ),
    ),
    methods=(DefineMethod("MT.DM.AGE", "Age", "Completed years.", (EXPRESSION,)),),
    comments=(DefineComment("COM.DM.AGE", "At consent."),),
)

# Written by hand from the specification of Define-XML 2.1, not from our output.
EXPECTED = """<?xml version='1.0' encoding='UTF-8'?>
<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"\
 xmlns:xlink="http://www.w3.org/1999/xlink" ODMVersion="1.3.2" FileType="Snapshot"\
 FileOID="S1.SDTM.DEFINE" CreationDateTime="1960-01-01T00:00:00" SourceSystem="trialport"\
 def:Context="Submission">
  <Study OID="STDY.S1">
    <GlobalVariables>
      <StudyName>S1</StudyName>
      <StudyDescription>A small study</StudyDescription>
      <ProtocolName>S1</ProtocolName>
    </GlobalVariables>
    <MetaDataVersion OID="MDV.S1.SDTM" Name="S1 SDTM" Description="S1 SDTM"\
 def:DefineVersion="2.1.0">
      <def:Standards>
        <def:Standard OID="STD.CT.SDTM.2025-03-28" Name="CDISC/NCI" Type="CT"\
 PublishingSet="SDTM" Version="2025-03-28" Status="Final"/>
        <def:Standard OID="STD.SDTMIG.3.4" Name="SDTMIG" Type="IG" Version="3.4" Status="Final"/>
      </def:Standards>
      <ItemGroupDef OID="IG.DM" Name="DM" Domain="DM" SASDatasetName="DM" Repeating="No"\
 IsReferenceData="No" Purpose="Tabulation" def:Structure="One record per subject"\
 def:ArchiveLocationID="LF.DM" def:StandardOID="STD.SDTMIG.3.4">
        <Description>
          <TranslatedText xml:lang="en">Demographics</TranslatedText>
        </Description>
        <ItemRef ItemOID="IT.DM.SEX" OrderNumber="1" Mandatory="No" Role="Record Qualifier"/>
        <ItemRef ItemOID="IT.DM.AGE" OrderNumber="2" Mandatory="No" KeySequence="1"\
 MethodOID="MT.DM.AGE"/>
        <def:Class Name="SPECIAL PURPOSE"/>
        <def:leaf ID="LF.DM" xlink:href="dm.xpt">
          <def:title>dm.xpt</def:title>
        </def:leaf>
      </ItemGroupDef>
      <ItemDef OID="IT.DM.AGE" Name="AGE" SASFieldName="AGE" DataType="integer" Length="8"\
 def:CommentOID="COM.DM.AGE">
        <Description>
          <TranslatedText xml:lang="en">Age</TranslatedText>
        </Description>
        <def:Origin Type="Derived" Source="Sponsor"/>
      </ItemDef>
      <ItemDef OID="IT.DM.SEX" Name="SEX" SASFieldName="SEX" DataType="text" Length="1">
        <Description>
          <TranslatedText xml:lang="en">Sex</TranslatedText>
        </Description>
        <CodeListRef CodeListOID="CL.SEX"/>
        <def:Origin Type="Collected" Source="Investigator"/>
      </ItemDef>
      <CodeList OID="CL.SEX" Name="Sex" DataType="text"\
 def:StandardOID="STD.CT.SDTM.2025-03-28">
        <CodeListItem CodedValue="F" OrderNumber="1">
          <Decode>
            <TranslatedText xml:lang="en">Female</TranslatedText>
          </Decode>
          <Alias Context="nci:ExtCodeID" Name="C16576"/>
        </CodeListItem>
        <CodeListItem CodedValue="X" OrderNumber="2" def:ExtendedValue="Yes">
          <Decode>
            <TranslatedText xml:lang="en">Other</TranslatedText>
          </Decode>
        </CodeListItem>
        <Alias Context="nci:ExtCodeID" Name="C66731"/>
      </CodeList>
      <MethodDef OID="MT.DM.AGE" Name="Age" Type="Computation">
        <Description>
          <TranslatedText xml:lang="en">Completed years.</TranslatedText>
        </Description>
        <FormalExpression Context="SQL">age(BRTHDTC, RFSTDTC)</FormalExpression>
      </MethodDef>
      <def:CommentDef OID="COM.DM.AGE">
        <Description>
          <TranslatedText xml:lang="en">At consent.</TranslatedText>
        </Description>
      </def:CommentDef>
    </MetaDataVersion>
  </Study>
</ODM>
"""


def test_a_small_document_is_written_as_the_standard_words_it() -> None:
    assert define_xml(DOCUMENT, created=None).decode() == EXPECTED


def test_the_written_document_is_valid() -> None:
    assert define_faults(EXPECTED.encode()) == []


def test_the_time_of_creation_is_the_one_given() -> None:
    written = define_xml(DOCUMENT, created=datetime(2024, 3, 1, 12, 30))
    assert b'CreationDateTime="2024-03-01T12:30:00"' in written


def test_values_are_described_under_their_condition() -> None:
    value = replace(SEX, oid="IT.DM.SEX.RACE1", name="RACE1", label="Race 1", codelist="")
    check = DefineCheck("IT.DM.AGE", "IN", ("1", "2"))
    document = replace(
        DOCUMENT,
        items=(replace(SEX, origins=(), value_list="VL.DM.SEX"), AGE, value),
        value_lists=(DefineValueList("VL.DM.SEX", (DefineItemRef(value.oid, where=("WC.1",)),)),),
        wheres=(DefineWhere("WC.1", (check,)),),
    )
    written = define_xml(document, created=None)
    assert define_faults(written) == []
    assert b'<RangeCheck Comparator="IN" SoftHard="Soft" def:ItemOID="IT.DM.AGE">' in written
    assert b"<CheckValue>1</CheckValue>\n          <CheckValue>2</CheckValue>" in written


def test_a_dictionary_lists_no_terms() -> None:
    dictionary = DefineCodelist("CL.SEX", "MedDRA", dictionary="MedDRA", version="27.0")
    written = define_xml(replace(DOCUMENT, codelists=(dictionary,)), created=None)
    assert define_faults(written) == []
    assert b'<ExternalCodeList Dictionary="MedDRA" Version="27.0"/>' in written


def _with(**changes: object) -> DefineDocument:
    changed = replace(SEX, **changes)  # type: ignore[arg-type]
    return replace(DOCUMENT, items=(changed, AGE))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (_with(label=""), "E4301 DM column SEX: the variable has no label; add label: ..."),
        (_with(origins=()), "E4302 DM column SEX: the variable has no origin; add origin: ..."),
        (_with(length=None), "E4302 DM column SEX: a variable of type text needs a length"),
        (
            _with(type="float"),
            "E4302 DM column SEX: a variable of type float needs significant digits",
        ),
        (
            _with(codelist="CL.SEXX"),
            "E4303 DM column SEX: there is no codelist 'CL.SEXX'; did you mean 'CL.SEX'?",
        ),
        (
            replace(DOCUMENT, datasets=(replace(DM, items=(replace(LISTED[0], method="MT.X"),)),)),
            "E4303 DM column SEX: there is no method 'MT.X'; ",
        ),
        (_with(name="AGE"), "E4304 DM: 'AGE' is there 2 times"),
        (
            replace(DOCUMENT, datasets=(replace(DM, label=""),)),
            "E4301 DM: the dataset has no label; add label: ...",
        ),
        (
            replace(DOCUMENT, datasets=(replace(DM, structure=""),)),
            "E4302 DM: the dataset has no structure; add structure: ...",
        ),
        (
            replace(DOCUMENT, codelists=(replace(DOCUMENT.codelists[0], terms=()),)),
            "E4305 codelist Sex: the codelist has no terms",
        ),
    ],
)
def test_what_is_missing_or_dangling_is_named(document: DefineDocument, message: str) -> None:
    with pytest.raises(WriteError) as caught:
        define_xml(document, created=None)
    assert str(caught.value).startswith(message)
    assert len(caught.value.diagnostics) == 1


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(WriteError) as caught:
        define_xml(_with(label="", origins=(), codelist="NO"), created=None)
    assert [each.code for each in caught.value.diagnostics] == ["E4301", "E4302", "E4303"]


def test_the_page_shows_the_dataset_and_its_label() -> None:
    page = define_html(EXPECTED.encode()).decode()
    assert "<html" in page
    assert "DM" in page
    assert "Demographics" in page
