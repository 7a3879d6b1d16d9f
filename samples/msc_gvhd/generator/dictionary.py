"""The data dictionary: every table of the export, its columns in order, their types and codes.

Types: text, integer, number, date, time, datetime. A codelist is written ``code=meaning``, joined
by semicolons; a list without ``=`` names the allowed texts themselves.
"""

from dataclasses import dataclass

from .rows import Row


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a raw table as the EDC's data dictionary describes it."""

    name: str
    type: str
    label_zh: str
    label_en: str
    unit: str = ""
    codelist: str = ""


_YN = "Y=是;N=否"
_SEX = "1=男;2=女"
_ABO = "A;B;AB;O"
_EIGHT = "1;2;3;4;5;6;7;8"
_ACTIONS = "未改变;暂停;停用;不适用"
_FORM_STATUS = "1=已录入;2=已核查;3=已锁定"
_HEAD = (
    Column("subject_no", "text", "受试者编号", "Subject number (site-number)"),
    Column("site_no", "text", "中心编号", "Site number", codelist="101;102;103"),
)
_TAIL = (
    Column("form_status", "text", "表单状态", "Form status", codelist=_FORM_STATUS),
    Column("last_modified", "datetime", "最后修改时间", "Last modified"),
)
_VISIT = Column("visit", "text", "访视", "Visit code")


def _score(name: str, label_zh: str, label_en: str, top: int) -> Column:
    codes = ";".join(str(score) for score in range(top + 1))
    return Column(name, "integer", label_zh, label_en, codelist=codes)


_FORMS: dict[str, tuple[Column, ...]] = {
    "screening": (
        Column("screen_no", "text", "筛选号", "Screening number"),
        Column("icf_date", "date", "知情同意日期", "Date of informed consent"),
        Column("birth_date", "date", "出生日期", "Date of birth"),
        Column("sex", "text", "性别", "Sex", codelist=_SEX),
        Column("ethnic_group", "text", "民族", "Ethnic group"),
        Column("incl_1", "text", "入选标准1", "Inclusion criterion 1 met", codelist=_YN),
        Column("incl_2", "text", "入选标准2", "Inclusion criterion 2 met", codelist=_YN),
        Column("incl_3", "text", "入选标准3", "Inclusion criterion 3 met", codelist=_YN),
        Column("incl_4", "text", "入选标准4", "Inclusion criterion 4 met", codelist=_YN),
        Column(
            "screen_result", "text", "筛选结果", "Result of screening",
            codelist="1=入组;2=不符合标准;3=拒绝参加",
        ),
        Column("fail_reason", "text", "筛选失败原因", "Reason of screening failure"),
        Column("screen_end_date", "date", "筛选结束日期", "Date of end of screening"),
    ),
    "randomisation": (
        Column("rand_no", "text", "随机号", "Randomisation number"),
        Column("rand_datetime", "datetime", "随机时间", "Date and time of randomisation"),
        Column("arm_code", "text", "组别", "Arm", codelist="A=脐带间充质干细胞组;B=对照组"),
        Column("stratum", "text", "分层", "Stratum"),
    ),
    "baseline": (
        Column("height_cm", "integer", "身高", "Height", "cm"),
        Column("weight_kg", "number", "体重", "Body weight in the unit of weight_unit"),
        Column("weight_unit", "text", "体重单位", "Unit of body weight", codelist="kg;斤"),
        Column("kps", "integer", "卡氏评分", "Karnofsky performance score"),
        Column(
            "disease_type", "text", "疾病类型", "Type of leukaemia",
            codelist="AML;MDS-EB2;ALL;MPAL",
        ),
        Column("refractory_relapse", "text", "难治复发", "Refractory or relapsed", codelist=_YN),
        Column("dri", "text", "疾病危险指数", "Disease risk index", codelist="低危;中危;高危"),
        Column("disease_status", "text", "疾病状态", "Status at transplant", codelist="CR;PR;NR"),
        Column("mrd", "text", "微小残留病", "Minimal residual disease", codelist="阴性;阳性"),
        Column("dx_date", "date", "诊断日期", "Date of diagnosis"),
        Column("icd10", "text", "ICD-10编码", "ICD-10 code"),
        Column("history_text", "text", "既往史", "Medical history"),
    ),
    "donor": (
        Column("donor_age", "integer", "供者年龄", "Age of the donor", "岁"),
        Column("donor_sex", "text", "供者性别", "Sex of the donor", codelist=_SEX),
        Column(
            "relation", "text", "供受者关系", "Relation of the donor to the patient",
            codelist="父;母;兄;弟;姐;妹;子;女;堂表亲;叔伯姑姨舅",
        ),
        Column("collateral", "text", "旁系供者", "Collateral relative", codelist=_YN),
        Column("hla_match", "text", "HLA相合位点", "HLA loci matched of ten"),
        Column("abo_patient", "text", "患者血型", "Blood group, patient", codelist=_ABO),
        Column("abo_donor", "text", "供者血型", "Blood group, donor", codelist=_ABO),
        Column("cmv_igg", "text", "供者CMV-IgG", "CMV IgG of the donor", codelist="阳性;阴性"),
    ),
    "conditioning": (
        Column("drug", "text", "药物", "Drug"),
        Column("day_no", "integer", "移植日计天数", "Day relative to transplant", "d"),
        Column("dose", "number", "单次剂量", "Dose of one administration"),
        Column("dose_unit", "text", "剂量单位", "Unit of the dose", codelist="mg/m2;g/m2;mg/kg"),
        Column(
            "freq", "text", "频次", "Frequency",
            codelist="ONCE=一次;QD=每日一次;Q6H=每6小时一次",
        ),
        Column("start_dt", "date", "开始日期", "Start date"),
        Column("end_dt", "date", "结束日期", "End date"),
    ),
    "prophylaxis": (
        Column("drug", "text", "药物", "Drug"),
        Column("route", "text", "给药途径", "Route", codelist="口服;静脉;静脉/口服"),
        Column("start_date", "date", "开始日期", "Start date"),
        Column("end_date", "date", "结束日期", "End date"),
        Column("ongoing", "text", "持续中", "Ongoing", codelist=_YN),
        Column("indication", "text", "适应证", "Indication"),
    ),
    "transplant": (
        Column("hct_date", "date", "移植日期", "Date of transplant"),
        Column("hct_time", "time", "移植时间", "Time of transplant"),
        Column("graft_source", "text", "移植物来源", "Source of the graft", codelist="BM;PB;BM+PB"),
        Column("mnc_e6kg", "number", "单个核细胞", "Mononuclear cells", "10^6/kg"),
        Column("cd34_e6kg", "number", "CD34细胞", "CD34+ cells", "10^6/kg"),
        Column("infusion_reaction", "text", "输注反应", "Infusion reaction", codelist="无;有"),
    ),
    "msc_infusion": (
        Column("infusion_no", "integer", "输注次序", "Number of the infusion", codelist=_EIGHT),
        Column("planned_day", "integer", "计划天数", "Planned day after transplant", "d"),
        Column("inf_date", "date", "输注日期", "Date of infusion"),
        Column("start_time", "time", "开始时间", "Start time"),
        Column("end_time", "time", "结束时间", "End time"),
        Column("dose_cells", "integer", "细胞总数", "Number of cells", "个"),
        Column("weight_kg", "number", "体重", "Body weight", "kg"),
        Column("dose_e6kg", "number", "剂量", "Dose", "10^6/kg"),
        Column("lot_no", "text", "批号", "Lot number"),
        Column("viability_pct", "number", "活率", "Viability", "%"),
        Column("reaction", "text", "不良反应", "Infusion reaction", codelist="无;有"),
        Column("not_given_reason", "text", "未输注原因", "Reason not given"),
    ),
    "gvhd_acute": (
        _VISIT,
        Column("assess_date", "date", "评估日期", "Date of assessment"),
        _score("skin_stage", "皮肤分期", "Skin stage", 4),
        _score("liver_stage", "肝脏分期", "Liver stage", 4),
        _score("ugi_stage", "上消化道分期", "Upper GI stage", 1),
        _score("lgi_stage", "下消化道分期", "Lower GI stage", 4),
        Column("overall_grade", "text", "总分级", "Overall MAGIC grade", codelist="0;I;II;III;IV"),
        Column("rash_bsa_pct", "number", "皮疹面积", "Rash, body surface area", "%"),
        Column("bilirubin_umol", "number", "胆红素", "Bilirubin", "umol/L"),
        Column("stool_ml_day", "number", "腹泻量", "Stool volume", "mL/d"),
        Column("biopsy", "text", "活检", "Biopsy done", codelist=_YN),
        Column("evaluator", "text", "评估者", "Evaluator"),
    ),
    "gvhd_chronic": (
        _VISIT,
        Column("assess_date", "date", "评估日期", "Date of assessment"),
        _score("skin", "皮肤评分", "Skin score", 3),
        _score("mouth", "口腔评分", "Mouth score", 3),
        _score("eyes", "眼评分", "Eye score", 3),
        _score("gi", "消化道评分", "GI score", 3),
        _score("liver", "肝脏评分", "Liver score", 3),
        _score("lungs", "肺评分", "Lung score", 3),
        _score("joints_fascia", "关节筋膜评分", "Joint and fascia score", 3),
        _score("genital", "生殖器评分", "Genital score", 3),
        Column("fev1_pct", "number", "FEV1占预计值", "FEV1, percent of predicted", "%"),
        Column(
            "global_severity", "text", "总体严重度", "NIH 2014 global severity",
            codelist="none=无;mild=轻;moderate=中;severe=重",
        ),
        Column("diagnostic_sign", "text", "诊断性体征", "Diagnostic sign"),
        Column("overlap", "text", "重叠综合征", "Overlap syndrome", codelist=_YN),
    ),
    "gvhd_treatment": (
        Column(
            "gvhd_type", "text", "GVHD类型", "Kind of GVHD",
            codelist="acute=急性;chronic=慢性;prophylaxis=预防",
        ),
        Column("drug", "text", "药物", "Drug"),
        Column("systemic", "text", "全身治疗", "Systemic treatment", codelist=_YN),
        Column("dose", "number", "剂量", "Dose"),
        Column("unit", "text", "单位", "Unit and frequency of the dose"),
        Column("start_date", "date", "开始日期", "Start date"),
        Column("end_date", "date", "结束日期", "End date"),
        Column("ongoing", "text", "持续中", "Ongoing", codelist=_YN),
    ),
    "engraftment": (
        Column("anc_date", "date", "中性粒细胞植入日期", "Date of neutrophil engraftment"),
        Column("plt_date", "date", "血小板植入日期", "Date of platelet engraftment"),
        Column("chimerism_day30_pct", "number", "30天供者嵌合率", "Donor chimerism, day 30", "%"),
        Column("method", "text", "检测方法", "Method", codelist="STR-PCR;FISH"),
    ),
    "chimerism": (
        Column("sample_date", "date", "采样日期", "Date of sample"),
        Column("method", "text", "检测方法", "Method", codelist="STR-PCR;FISH"),
        Column("donor_pct", "number", "供者嵌合率", "Donor chimerism", "%"),
    ),
    "viral_load": (
        Column("sample_date", "date", "采样日期", "Date of sample"),
        Column("virus", "text", "病毒", "Virus", codelist="CMV;EBV"),
        Column("specimen", "text", "标本", "Specimen", codelist="血浆;全血"),
        Column("result_text", "text", "结果", "Result as reported"),
        Column(
            "unit", "text", "单位", "Unit; for CMV one copy is 0.91 IU",
            codelist="IU/mL;copies/mL",
        ),
    ),
    "labs": (
        _VISIT,
        Column("sample_date", "date", "采样日期", "Date of sample"),
        Column("sample_time", "time", "采样时间", "Time of sample"),
        Column("panel", "text", "组套", "Panel", codelist="血常规;生化;尿常规"),
        Column("test_name", "text", "检验项目", "Name of the test"),
        Column(
            "test_code", "text", "项目代码", "Code of the test",
            codelist="WBC;NEUT;HGB;PLT;ALT;AST;TBIL;CREA;BUN;ALB;K;CRP;UPRO",
        ),
        Column("result_text", "text", "结果", "Result as reported"),
        Column("unit", "text", "单位", "Unit of the result and its range"),
        Column("ref_low", "text", "参考下限", "Lower limit of the reference range"),
        Column("ref_high", "text", "参考上限", "Upper limit of the reference range"),
        Column("lab_name", "text", "检验科", "Laboratory"),
    ),
    "ae": (
        Column("ae_no", "integer", "序号", "Number of the event"),
        Column("ae_term", "text", "不良事件名称", "Adverse event as written"),
        Column("meddra_llt_code", "integer", "LLT编码", "Lowest level term code (made up)"),
        Column("llt", "text", "LLT", "Lowest level term (made up)"),
        Column("pt_code", "integer", "PT编码", "Preferred term code (made up)"),
        Column("pt", "text", "PT", "Preferred term (made up)"),
        Column("hlt_code", "integer", "HLT编码", "High level term code (made up)"),
        Column("hlt", "text", "HLT", "High level term (made up)"),
        Column("hlgt_code", "integer", "HLGT编码", "High level group term code (made up)"),
        Column("hlgt", "text", "HLGT", "High level group term (made up)"),
        Column("soc_code", "integer", "SOC编码", "System organ class code (made up)"),
        Column("soc", "text", "SOC", "System organ class (made up)"),
        Column("meddra_version", "text", "词典版本", "Version of the coding"),
        Column("ctcae_grade", "integer", "CTCAE分级", "CTCAE 5.0 grade", codelist="1;2;3;4;5"),
        Column("start_date", "date", "开始日期", "Start date"),
        Column("end_date", "date", "结束日期", "End date"),
        Column("ongoing", "text", "持续中", "Ongoing", codelist=_YN),
        Column("serious", "text", "严重不良事件", "Serious", codelist=_YN),
        Column(
            "seriousness", "text", "严重性标准", "Criteria of seriousness, joined by ;",
            codelist="1=死亡;2=危及生命;3=住院或延长住院;4=致残;5=先天异常;6=重要医学事件",
        ),
        Column(
            "relation_msc", "text", "与MSC关系", "Relation to UC-MSC",
            codelist="1=无关;2=可能无关;3=可能有关;4=很可能有关;5=肯定有关;9=不适用",
        ),
        Column("action", "text", "采取措施", "Action with UC-MSC", codelist=_ACTIONS),
        Column(
            "outcome", "text", "转归", "Outcome",
            codelist="1=痊愈;2=好转;3=未恢复;4=痊愈伴后遗症;5=死亡;9=不详",
        ),
        Column(
            "ctcae_aesi", "text", "特别关注事件", "Event of special interest",
            codelist="SEPSIS;HC;TMA;HEMORRHAGE;EBV;CMV;VOD",
        ),
    ),
    "visits": (
        Column("visit_code", "text", "访视代码", "Visit code"),
        Column("visit_date", "date", "访视日期", "Date of visit"),
        Column("done", "text", "是否完成", "Visit done", codelist=_YN),
        Column("missed_reason", "text", "未完成原因", "Reason missed"),
        Column("visit_type", "text", "访视方式", "Kind of visit", codelist="门诊;住院;电话"),
    ),
    "relapse": (
        Column("relapse_date", "date", "复发日期", "Date of relapse"),
        Column("site", "text", "复发部位", "Site of relapse", codelist="骨髓;髓外;both=骨髓和髓外"),
        Column("blasts_pct", "number", "原始细胞比例", "Blasts in marrow", "%"),
        Column("evidence", "text", "依据", "Evidence"),
    ),
    "death": (
        Column("death_date", "date", "死亡日期", "Date of death"),
        Column("cause", "text", "死亡原因", "Cause of death"),
        Column(
            "cause_code", "text", "死因代码", "Code of the cause of death",
            codelist="1=复发;2=感染;3=GVHD;4=器官衰竭;5=血栓性微血管病;9=其他",
        ),
        Column("autopsy", "text", "尸检", "Autopsy", codelist=_YN),
    ),
    "withdrawal": (
        Column("date", "date", "退出日期", "Date of the end of participation"),
        Column("reason", "text", "退出原因", "Reason", codelist="LOST=失访;WITHDREW=撤回知情同意"),
    ),
    "last_contact": (
        Column("contact_date", "date", "末次联系日期", "Date of last contact"),
        Column("status", "text", "生存状态", "Status", codelist="存活;死亡;失访"),
        Column("source", "text", "信息来源", "Source", codelist="门诊;电话随访;住院记录"),
    ),
}  # fmt: skip

TABLES: dict[str, tuple[Column, ...]] = {
    name: (*_HEAD, *columns, *_TAIL) for name, columns in _FORMS.items()
}
DICTIONARY_COLUMNS = ("table", "column", "type", "unit", "codelist", "label_zh", "label_en")


def dictionary_rows() -> list[Row]:
    """Return the data dictionary, one row for each column of each table."""
    return [
        {
            "table": table,
            "column": column.name,
            "type": column.type,
            "unit": column.unit,
            "codelist": column.codelist,
            "label_zh": column.label_zh,
            "label_en": column.label_en,
        }
        for table, columns in TABLES.items()
        for column in columns
    ]
