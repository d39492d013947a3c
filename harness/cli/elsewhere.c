#include "cli/elsewhere.h"

#include <stddef.h>
#include <string.h>

const struct elsewhere elsewhere_options[] = {
    {"timeout,connect-timeout,request-timeout,response-timeout,max-response-time", "deadline"},
    {"duration,total-timeout,run-timeout", "max-time"},
    {"time,d,z", "duration"},
    {"wait-for,wait-timeout,wait-until", "wait"},
    {"exclude,ignore,except", "skip"},
    {"filter,include,grep,tests,test,match,pattern,case,cases", "only"},
    {"event,event-type,event-types,type,types,topics,scope,scopes", "events"},
    {"output,out,o,save,reporter,reporters,format,output-format,json,junit,html,sarif,tap,markdown,"
     "summary-export,write-out",
     "report"},
    {"repeat,n,iterations,number,num,times,loops", "count"},
    {"n,requests,iterations,number,num,count", "max-requests"},
    {"c,u,vus,users,workers,concurrent,concurrency,parallel,parallel-max", "clients"},
    {"c,workers,jobs,j,parallel,parallel-max,P,Z", "concurrency"},
    {"t", "threads"},
    {"R,rps,qps,limit-rate,rate-limit,max-rate", "rate"},
    {"warm-up,warmup-time,warmup-duration", "warmup"},
    {"stage,stages,ramp-up,ramp-time,ramp-up-time,ramping", "ramp"},
    {"threshold,thresholds,goal,goals", "slo"},
    {"fail,fail-on-error,bail,x,exitfirst,stop-on-failure", "fail-fast"},
    {"last-failed,only-failed,only-failures,lf,rerun-failed", "rerun"},
    {"update-baseline,update,accept,snapshot", "write-baseline"},
    {"token,password,secret-key,signing-secret,webhook-secret,whsec", "secret-env"},
    {"api-key,apikey,key-env", "api-key-env"},
    {"api-url,base-url,server-url,endpoint-url", "api"},
    {"random-seed,rand-seed,seed-value", "seed"},
    {"body,data-raw,data-binary,data-ascii,d,payload,file,input,field,raw-field,F,f,from-file",
     "data"},
    {"body,data-binary,payload,file,input,event-file", "body"},
    {"sig,panora-signature,hmac", "signature"},
    {"request-file,har,curl,capture", "request"},
    {"ca-cert,ca,cafile,ca-file,capath,ca-bundle,root-cert", "cacert"},
    {"client-cert,certificate,cert-file,tls-cert", "cert"},
    {"client-key,key-file,tls-key,private-key", "key"},
    {"no-verify,no-check-certificate,skip-tls-verify,insecure-skip-tls-verify,no-ssl-verify",
     "insecure"},
    {"user-agent,A,cookie,b,referer,e,user,bearer,oauth2-bearer,headers", "header"},
    {"http-proxy,https-proxy,preproxy,socks5", "proxy"},
    {"port,p,host,bind,address,addr,hostname,ip", "listen"},
    {"db,database,storage,file,data-dir", "store"},
    {"retention,ttl,max-age,keep-days", "keep"},
    {"https,ssl", "tls"},
    {"forward-to,target,upstream,proxy-to", "forward"},
    {"log,log-file,record,capture", "journal"},
    {"response,status,reply", "behaviour"},
    {"behavior", "behaviour"},
    {"dashboard,gui,web", "ui"},
    {"progress", "no-progress"},
    {"debug,trace,trace-ascii,log-level,very-verbose", "verbose"},
    {"config-file,settings,K", "config"},
    {"list,plan,simulate,preview", "dry-run"},
    /* whose namesakes here mean something else */
    {"noproxy,no-proxy,repeat,variable,variables-file,url,version,retry,retries,retry-delay,"
     "retry-max-time,max-redirs,location,compressed,head,cookie-jar",
     ""},
    {0},
};

const struct elsewhere elsewhere_commands[] = {
    {"test,check,judge,audit", "run"},
    {"listen,serve,server,mock,receiver,proxy,tunnel,forward", "receive"},
    {"dashboard,ui,start,up,dev,emulator,local", "panora"},
    {"webhooks,webhook,subscriptions,ls,create,delete,enable,disable,register", "endpoints"},
    {"resend,replay,post,deliver,curl", "send"},
    {"emit,fire,event,publish", "trigger"},
    {"bench,benchmark,stress,load-test,loadtest,perf", "load"},
    {"generate,gen,samples,corpus", "fixtures"},
    {"validate,check-suite", "lint"},
    {"verify-signature,check-signature", "verify"},
    {"show,describe,info,docs,why", "explain"},
    {"events,cases,faults,formats,catalogue,suites", "list"},
    {"compare,diff,convert,merge", "report"},
    {"settings,env,status", "config"},
    {"setup,new,scaffold", "init"},
    {"man", "manual"},
    {"version,-V,-v", "--version"},
    {0},
};

bool elsewhere_has(const struct elsewhere *row, struct bytes name)
{
    const char *at = row->theirs;
    for (; *at; at += *at == ',') {
        size_t len = strcspn(at, ",");
        if (bytes_equal((struct bytes){at, len}, name))
            return true;
        at += len;
    }
    return false;
}
