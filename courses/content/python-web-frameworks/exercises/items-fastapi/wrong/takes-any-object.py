# fails: A body without price answers 422 and names it
from fastapi import FastAPI

app = FastAPI()


@app.post("/items")
def create_item(item: dict):
    return {"name": item["name"], "price_with_tax": round(item["price"] * 1.1, 2)}
