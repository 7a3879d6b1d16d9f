# The statistics of a data set by survival and cmprsk: Rscript r_survival.R DATA.csv HORIZON
# DATA.csv has the columns days, status (0 censored, 1 event, 2 competing), group (1 and 0).
suppressMessages({library(survival); library(cmprsk)})
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1])
horizon <- as.numeric(arguments[2])
tell <- function(name, value) cat(name, sprintf("%.17g", as.numeric(value)), "\n")

free <- summary(survfit(Surv(days, status == 1) ~ group, data, conf.type = "log"), times = horizon, extend = TRUE)
tell("km.0", free$surv[1]); tell("km.1", free$surv[2])
tell("km.lower.0", free$lower[1]); tell("km.lower.1", free$lower[2])
tell("km.upper.0", free$upper[1]); tell("km.upper.1", free$upper[2])
tell("log_rank", survdiff(Surv(days, status == 1) ~ group, data)$chisq)
fit <- coxph(Surv(days, status == 1) ~ group, data, control = coxph.control(eps = 1e-12))
tell("cox.coefficient", coef(fit)); tell("cox.error", sqrt(vcov(fit)))

incidence <- cuminc(data$days, data$status, data$group)
for (group in 0:1) {
  curve <- incidence[[paste(group, 1)]]
  last <- max(which(curve$time <= horizon))
  tell(paste0("cif.", group), curve$est[last])
  tell(paste0("cif.error.", group), sqrt(curve$var[last]))
}
tell("gray", incidence$Tests["1", "stat"])
regression <- crr(data$days, data$status, cbind(data$group), failcode = 1, gtol = 1e-12, maxiter = 50)
tell("fine_gray.coefficient", regression$coef); tell("fine_gray.error", sqrt(regression$var))
