"""Small ODM files in the shapes that EDC systems export, written by ODM 1.3.2 and 2.0.

The elements and attributes are those of the public specification, and one of OpenClinica's own.
"""

from __future__ import annotations

_HEAD = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:OpenClinica="http://www.openclinica.org'
    '/ns/odm_ext_v130/v3.1" xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata" FileOID="F.1"'
    ' FileType="{type}" CreationDateTime="2024-03-01T10:00:00" ODMVersion="1.3.2">'
)

STUDY = """
<Study OID="S.1">
 <GlobalVariables><StudyName>One</StudyName><StudyDescription>Small</StudyDescription>
  <ProtocolName>ONE</ProtocolName></GlobalVariables>
 <BasicDefinitions>
  <MeasurementUnit OID="MU.KG" Name="kilogram"><Symbol><TranslatedText>kg</TranslatedText></Symbol>
  </MeasurementUnit>
 </BasicDefinitions>
 <MetaDataVersion OID="M.1" Name="First">
  <Protocol><StudyEventRef StudyEventOID="SE.SCR" Mandatory="Yes"/></Protocol>
  <StudyEventDef OID="SE.SCR" Name="Screening" Repeating="No" Type="Scheduled">
   <FormRef FormOID="F.DM" Mandatory="Yes"/><FormRef FormOID="F.AE" Mandatory="No"/>
  </StudyEventDef>
  <FormDef OID="F.DM" Name="Demographics" Repeating="No">
   <ItemGroupRef ItemGroupOID="IG.DM" Mandatory="Yes"/>
   <ItemGroupRef ItemGroupOID="IG.BODY" Mandatory="Yes"/>
  </FormDef>
  <FormDef OID="F.AE" Name="Adverse events" Repeating="No">
   <ItemGroupRef ItemGroupOID="IG.AE" Mandatory="Yes"/>
  </FormDef>
  <ItemGroupDef OID="IG.DM" Name="Demographics" Repeating="No">
   <ItemRef ItemOID="IT.SEX" Mandatory="Yes"/><ItemRef ItemOID="IT.BRTHDAT" Mandatory="No"/>
  </ItemGroupDef>
  <ItemGroupDef OID="IG.BODY" Name="Body" Repeating="No">
   <ItemRef ItemOID="I_BODY_1" Mandatory="No"/>
  </ItemGroupDef>
  <ItemGroupDef OID="IG.AE" Name="Events" Repeating="Yes">
   <ItemRef ItemOID="IT.AETERM" Mandatory="Yes"/><ItemRef ItemOID="IT.AESTDAT" Mandatory="No"/>
  </ItemGroupDef>
  <ItemDef OID="IT.SEX" Name="Sex" DataType="text" Length="1">
   <Question><TranslatedText xml:lang="zh">性别</TranslatedText>
    <TranslatedText xml:lang="en">What is the sex?</TranslatedText></Question>
   <CodeListRef CodeListOID="CL.SEX"/>
  </ItemDef>
  <ItemDef OID="IT.BRTHDAT" Name="Birth" DataType="partialDate"/>
  <ItemDef OID="I_BODY_1" Name="WEIGHT" DataType="float" Length="5" SignificantDigits="1">
   <MeasurementUnitRef MeasurementUnitOID="MU.KG"/>
  </ItemDef>
  <ItemDef OID="IT.AETERM" Name="Event" DataType="text" Length="200"/>
  <ItemDef OID="IT.AESTDAT" Name="Start" DataType="partialDate"/>
  <CodeList OID="CL.SEX" Name="Sex" DataType="text">
   <CodeListItem CodedValue="1"><Decode><TranslatedText>Male</TranslatedText></Decode>
   </CodeListItem>
   <CodeListItem CodedValue="2"><Decode><TranslatedText>Female</TranslatedText></Decode>
   </CodeListItem>
  </CodeList>
 </MetaDataVersion>
</Study>
<AdminData StudyOID="S.1"><Location OID="L.10" Name="Site ten">
 <MetaDataVersionRef StudyOID="S.1" MetaDataVersionOID="M.1" EffectiveDate="2024-01-01"/>
</Location></AdminData>
"""

SNAPSHOT = (
    _HEAD.format(type="Snapshot")
    + STUDY
    + """
<ClinicalData StudyOID="S.1" MetaDataVersionOID="M.1">
 <SubjectData SubjectKey="SS_1" OpenClinica:StudySubjectID="001">
  <SiteRef LocationOID="L.10"/>
  <StudyEventData StudyEventOID="SE.SCR" StudyEventRepeatKey="1">
   <FormData FormOID="F.DM">
    <ItemGroupData ItemGroupOID="IG.DM">
     <ItemData ItemOID="IT.SEX" Value="2"/>
     <ItemData ItemOID="IT.BRTHDAT" IsNull="Yes"/>
    </ItemGroupData>
    <ItemGroupData ItemGroupOID="IG.BODY">
     <ItemDataFloat ItemOID="I_BODY_1" MeasurementUnitOID="MU.KG">70.5</ItemDataFloat>
    </ItemGroupData>
   </FormData>
   <FormData FormOID="F.AE">
    <ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="1">
     <ItemData ItemOID="IT.AETERM" Value="Headache"/>
     <ItemData ItemOID="IT.AESTDAT" Value="2024-03"/>
    </ItemGroupData>
    <ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="2">
     <ItemData ItemOID="IT.AETERM" Value="Nausea, &lt;mild&gt;"/>
    </ItemGroupData>
   </FormData>
  </StudyEventData>
 </SubjectData>
</ClinicalData></ODM>
"""
)

TRANSACTIONAL = (
    _HEAD.format(type="Transactional")
    + STUDY
    + """
<ClinicalData StudyOID="S.1" MetaDataVersionOID="M.1">
 <SubjectData SubjectKey="1" TransactionType="Insert"><StudyEventData StudyEventOID="SE.SCR">
  <FormData FormOID="F.DM"><ItemGroupData ItemGroupOID="IG.DM">
   <ItemData ItemOID="IT.SEX" Value="1" TransactionType="Insert"/>
   <ItemData ItemOID="IT.BRTHDAT" Value="1961" TransactionType="Insert"/></ItemGroupData></FormData>
  <FormData FormOID="F.AE">
   <ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="1" TransactionType="Insert">
    <ItemData ItemOID="IT.AETERM" Value="Headache"/></ItemGroupData>
   <ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="2" TransactionType="Insert">
    <ItemData ItemOID="IT.AETERM" Value="Entered twice"/></ItemGroupData>
  </FormData></StudyEventData></SubjectData>
 <SubjectData SubjectKey="2" TransactionType="Insert"><StudyEventData StudyEventOID="SE.SCR">
  <FormData FormOID="F.DM"><ItemGroupData ItemGroupOID="IG.DM">
   <ItemData ItemOID="IT.SEX" Value="2"/></ItemGroupData></FormData></StudyEventData></SubjectData>
</ClinicalData>
<ClinicalData StudyOID="S.1" MetaDataVersionOID="M.1">
 <SubjectData SubjectKey="1" TransactionType="Update"><StudyEventData StudyEventOID="SE.SCR">
  <FormData FormOID="F.DM"><ItemGroupData ItemGroupOID="IG.DM" TransactionType="Update">
   <ItemData ItemOID="IT.SEX" Value="2" TransactionType="Update"/>
   <ItemData ItemOID="IT.BRTHDAT" TransactionType="Remove"/></ItemGroupData></FormData>
  <FormData FormOID="F.AE">
   <ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="2" TransactionType="Remove"/>
  </FormData></StudyEventData></SubjectData>
 <SubjectData SubjectKey="2" TransactionType="Remove"/>
</ClinicalData></ODM>
"""
)

ODM_2 = """<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" FileOID="F.2" FileType="Snapshot"
 Granularity="All" CreationDateTime="2024-03-01T10:00:00" ODMVersion="2.0">
<ClinicalData StudyOID="S.1" MetaDataVersionOID="M.1">
 <SubjectData SubjectKey="1"><SiteRef LocationOID="L.10"/>
  <StudyEventData StudyEventOID="SE.SCR">
   <ItemGroupData ItemGroupOID="IG.FORM">
    <ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="1">
     <ItemData ItemOID="IT.SYSBP"><Value>120</Value></ItemData>
     <ItemData ItemOID="IT.DIABP" IsNull="Yes"/>
    </ItemGroupData>
    <ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="2">
     <ItemData ItemOID="IT.SYSBP"><Value>125</Value></ItemData>
     <ItemData ItemOID="IT.ARM"><Value SeqNum="1">LEFT</Value><Value SeqNum="2">RIGHT</Value>
     </ItemData>
    </ItemGroupData>
   </ItemGroupData>
  </StudyEventData>
 </SubjectData>
</ClinicalData></ODM>
"""
