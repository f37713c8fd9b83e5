# fails: The report is ready
import time

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def load_report():
    time.sleep(0.2)
    return True


@app.get("/report")
async def report(tasks: BackgroundTasks):
    tasks.add_task(load_report)
    return {"ready": False}
